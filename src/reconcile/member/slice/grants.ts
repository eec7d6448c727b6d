import { sliceKind, sliceNodeKind } from '../../../api/kinds.ts';
import { sliceLabel } from '../../../api/labels.ts';
import { memberNamespace } from '../../../api/places.ts';
import type { Slice } from '../../../api/slice/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import { statementsBy } from '../../../exchange/ledger/ledger.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { watching } from '../../../loop/watching.ts';
import { planSliceNodes, type SliceNodesPlan, sameDemand } from '../../../plan/membership/slice-nodes.ts';
import { planLocalSlice, planLocalSliceStatus } from '../../../plan/membership/slice-objects.ts';
import { isLinux } from '../../../values/builtin/node.ts';
import { objectKey } from '../../../values/object-key.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { fieldManager } from '../cluster/local-world.ts';
import { createBlockUses } from '../publish/block-use.ts';
import { renewalEveryMs } from '../publish/publish.ts';
import { ownSubjects, type Session } from '../session/session.ts';

/**
 * Applies a grant in this cluster: the local slice, a SliceNode with address blocks for each node, and the statement about the cluster itself. There
 * is one key, this cluster.
 */
export const grants = (session: Session) => {
  const { local, slice: name, hub, outbox, authority } = session;
  const uses = createBlockUses(session);
  return {
    name: 'grant',
    resync: { everyMs: renewalEveryMs, keys: () => [hub.cluster] },
    watches: [
      ownSubjects(session, 'Cluster'),
      watching(session.grantChanges, () => [hub.cluster]),
      // A block is used again once the hub has stored that.
      watching(session.members, ({ object }) => (object.spec.cluster === hub.cluster ? [hub.cluster] : [])),
      watching(local.nodes, (change) => (change.type === 'updated' ? [] : [hub.cluster])),
      // Conditions change with the links.
      watching(local.slices, ({ object, previous }) =>
        object.metadata.name === name && (previous === undefined || !sameButConditions(previous, object)) ? [hub.cluster] : [],
      ),
      // Every node reports links twice a minute.
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === name && (previous === undefined || !sameDemand(previous, object)) ? [hub.cluster] : [],
      ),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<void> => {
      const slice = local.slices.get(`${memberNamespace}/${name}`);
      await writeLocalSlice(session, slice, signal);
      const { plan, from } = await allocate(session, uses.usable(), signal);
      await writeNodes(session, from, plan, signal);
      const blocks = plan.desired.flatMap((node) => node.spec.blocks);
      await uses.decide(blocks, plan.wantedAddresses, signal);
      const { floor } = session.earlier;
      outbox.set('Cluster', hub.cluster, {
        caCertificate: authority.certificate,
        blocks: uses.usable(),
        ...(floor === 0 ? {} : { floor }),
      });
      await uses.report(plan.wantedAddresses, signal);
    },
  };
};

const sameButConditions = (before: Slice, after: Slice): boolean => {
  const essence = ({ metadata: { generation = 0, labels = {} }, status }: Slice): string =>
    canonicalJson({ generation, labels, status: { ...status, conditions: [] } });
  return essence(before) === essence(after);
};

const writeLocalSlice = async (
  { local, grant, membership, granted }: Session,
  seen: Slice | undefined,
  signal: AbortSignal,
): Promise<void> => {
  const desired = planLocalSlice(membership, granted);
  await applyObject(local.client, sliceKind, desired, { fieldManager, signal, seen });
  const status = planLocalSliceStatus(membership);
  if (
    canonicalJson(seen?.status?.sliceConfig ?? {}) !== canonicalJson(status.sliceConfig ?? {}) ||
    seen?.status?.namespaces?.join() !== grant.namespaces.join()
  ) {
    await local.client.mergePatch(sliceKind, desired.metadata, { status }, { signal, subresource: 'status' });
  }
};

/** The decision, and the slice from which it was made. */
interface Allocation {
  readonly plan: SliceNodesPlan;
  readonly from: Slice | undefined;
}

/**
 * Decides the blocks of the nodes, within those that this cluster uses. When they change, it decides again from fresh reads of SliceNodes and slice:
 * two mirrors have no common order, and an outdated state of one could free a block that the other still shows as taken.
 */
const allocate = async (session: Session, usable: readonly string[], signal: AbortSignal): Promise<Allocation> => {
  const { local, grant, membership, hub } = session;
  const stated = statementsBy(session.ledger(), 'Node', hub.cluster).map(({ body: { node, blocks } }) => ({ node, blocks }));
  const nodes = local.nodes.list().flatMap((node) => (isLinux(node) ? [node.metadata.name] : []));
  const target = { namespace: memberNamespace, name: grant.slice };
  const used = { ...membership, spec: { ...membership.spec, blocks: [...usable] } };
  const decide = (from: Slice | undefined, written: readonly SliceNode[]): Allocation => ({
    from,
    plan: planSliceNodes({ membership: used, nodes, written, stated, retired: from?.status?.retiredBlocks ?? [] }),
  });
  const known = decide(local.slices.get(objectKey(target)), local.sliceNodes.byIndex('slice', grant.slice));
  if (!known.plan.changed) return known;
  const selection = { namespace: memberNamespace, labelSelector: `${sliceLabel}=${grant.slice}` };
  // Retired blocks are written before their SliceNodes are deleted, so they are read after them.
  const { items } = await local.client.list(sliceNodeKind, { ...selection, signal });
  return decide(await local.client.find(sliceKind, target, { signal }), items);
};

const writeNodes = async ({ local, grant }: Session, from: Slice | undefined, plan: SliceNodesPlan, signal: AbortSignal): Promise<void> => {
  // Before the objects of removed nodes are deleted, their blocks are recorded as retired, unless the slice has changed since the decision.
  if (canonicalJson(plan.retired) !== canonicalJson(from?.status?.retiredBlocks ?? [])) {
    const target = { namespace: memberNamespace, name: grant.slice };
    const version = from?.metadata.resourceVersion;
    const patch = { ...(version === undefined ? {} : { metadata: { resourceVersion: version } }), status: { retiredBlocks: plan.retired } };
    await local.client.mergePatch(sliceKind, target, patch, { signal, subresource: 'status' });
  }
  for (const node of plan.surplus) await remove(local.client, sliceNodeKind, node.metadata, signal);
  for (const desired of plan.desired) {
    const seen = local.sliceNodes.get(objectKey(desired.metadata));
    await applyObject(local.client, sliceNodeKind, desired, { fieldManager, signal, seen });
    // The membership ended and was granted again before the object was deleted.
    if (seen?.spec.ended !== undefined)
      await local.client.mergePatch(sliceNodeKind, desired.metadata, { spec: { ended: null } }, { signal });
  }
};
