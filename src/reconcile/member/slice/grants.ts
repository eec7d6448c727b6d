import { sliceKind, sliceNodeKind } from '../../../api/kinds.ts';
import { sliceLabel } from '../../../api/labels.ts';
import { hasEnded } from '../../../api/membership/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import type { Slice } from '../../../api/slice/type.ts';
import { isInSlice, type SliceNode, sliceNodeName } from '../../../api/slicenode/type.ts';
import { statementOf, statementsBy } from '../../../exchange/ledger/ledger.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { createSlots } from '../../../loop/slots.ts';
import { watching } from '../../../loop/watching.ts';
import {
  planSliceNodes,
  type SliceNodesPlan,
  type SliceNodesSnapshot,
  sameDemand,
  spareNodes,
} from '../../../plan/membership/nodes/slice-nodes.ts';
import { planLocalSlice, planLocalSliceStatus } from '../../../plan/membership/slice-objects.ts';
import { isLinux } from '../../../values/builtin/node.ts';
import { objectKey } from '../../../values/object-key.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { fieldManager } from '../cluster/local-world.ts';
import { createBlockUses } from '../publish/block-use.ts';
import { renewalEveryMs } from '../publish/publish.ts';
import { ownSubjects, type Session } from '../session/session.ts';
import { createNodeUses, serves } from './node-uses.ts';

/** How soon it is checked again whether the other clusters no longer use a node that leaves, in milliseconds. */
const leavesCheckMs = 1_000;
/** How many SliceNodes are written at once. */
const nodesAtOnce = 16;

/**
 * Applies a grant in this cluster: the local slice, a SliceNode for each node, with address blocks for those that the slice needs, and the statement
 * about the cluster itself; and reports to the hub which blocks are needed, apart from it: a pod that waits for its node must not wait for the hub.
 * There is one key, this cluster.
 *
 * @param isPublished whether every change that this worker knows is on the board
 */
export const grants = (session: Session, isPublished: () => boolean) => {
  const { local, slice: name, hub, outbox, authority } = session;
  const uses = createBlockUses(session);
  const inUse = createNodeUses(session);
  const grant = {
    name: 'grant',
    resync: { everyMs: renewalEveryMs, keys: () => [hub.cluster] },
    watches: [
      ownSubjects(session, 'Cluster'),
      watching(session.grantChanges, () => [hub.cluster]),
      // A block is used again once the hub has stored that.
      watching(session.members, ({ object }) => (object.spec.cluster === hub.cluster ? [hub.cluster] : [])),
      watching(local.nodes, ({ type, object, previous }) =>
        type === 'updated' && previous !== undefined && serves(previous) === serves(object) ? [] : [hub.cluster],
      ),
      // A pod waits for its node.
      watching(session.podChanges, (change) => (inUse.changesWith(change) ? [hub.cluster] : [])),
      // Conditions change with the links.
      watching(local.slices, ({ object, previous }) =>
        object.metadata.name === name && (previous === undefined || !sameButConditions(previous, object)) ? [hub.cluster] : [],
      ),
      // Every node reports links twice a minute.
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === name && (previous === undefined || !sameDemand(previous, object)) ? [hub.cluster] : [],
      ),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const slice = local.slices.get(`${memberNamespace}/${name}`);
      await writeLocalSlice(session, slice, signal);
      const use = inUse.decide();
      const mayLeave = (node: string): boolean => isForgotten(session, node) && isPublished();
      const allocation = await allocate(session, { usable: uses.usable(), needed: use.needed, mayLeave }, signal);
      const { plan } = allocation;
      await writeNodes(session, allocation, signal);
      const blocks = plan.desired.flatMap((node) => node.spec.blocks);
      const spare = spareNodes(plan.desired.length, plan.desired.filter(({ spec }) => spec.blocks.length > 0).length);
      uses.decide({ blocks, spare, wantedAddresses: plan.wantedAddresses });
      const { floor } = session.earlier;
      outbox.set('Cluster', hub.cluster, {
        caCertificate: authority.certificate,
        blocks: uses.usable(),
        ...(floor === 0 ? {} : { floor }),
      });
      uses.reportSoon();
      const isLeaving = plan.desired.some(({ spec }) => spec.idle === true && spec.blocks.length > 0);
      const againMs = isLeaving ? leavesCheckMs : use.againMs;
      return againMs === undefined ? undefined : { againMs };
    },
  };
  const report = {
    name: 'block-report',
    watches: [watching(uses, () => [hub.cluster])],
    reconcile: async (_key: string, signal: AbortSignal): Promise<undefined> => {
      await uses.report(signal);
    },
  };
  return [grant, report] as const;
};

/** Whether this cluster has withdrawn a node that is not needed: then other clusters use neither its tunnel nor its blocks. */
const isForgotten = (session: Session, node: string): boolean => {
  const { local, slice, hub } = session;
  const seen = local.sliceNodes.get(`${memberNamespace}/${sliceNodeName(slice, node)}`);
  return seen !== undefined && !isInSlice(seen) && statementOf(session.ledger(), 'Node', hub.cluster, node) === undefined;
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

/** The decision, and the slice and SliceNodes from which it was made. */
interface Allocation {
  readonly plan: SliceNodesPlan;
  readonly from: Slice | undefined;
  readonly written: readonly SliceNode[];
}

/**
 * Decides the blocks of the nodes, within those that this cluster uses. When they change, it decides again from fresh reads of SliceNodes and slice:
 * two mirrors have no common order, and an outdated state of one could free a block that the other still shows as taken.
 */
const allocate = async (
  session: Session,
  { usable, needed, mayLeave }: { readonly usable: readonly string[] } & Pick<SliceNodesSnapshot, 'needed' | 'mayLeave'>,
  signal: AbortSignal,
): Promise<Allocation> => {
  const { local, grant, membership, hub } = session;
  const stated = statementsBy(session.ledger(), 'Node', hub.cluster).map(({ body: { node, blocks } }) => ({ node, blocks }));
  const nodes = local.nodes.list().flatMap((node) => (isLinux(node) ? [node.metadata.name] : []));
  const target = { namespace: memberNamespace, name: grant.slice };
  const used = { ...membership, spec: { ...membership.spec, blocks: [...usable] } };
  const clusters = session.members.list().filter((one) => !hasEnded(one)).length;
  const decide = (from: Slice | undefined, written: readonly SliceNode[]): Allocation => ({
    from,
    written,
    plan: planSliceNodes({
      membership: used,
      nodes,
      needed,
      mayLeave,
      written,
      stated,
      retired: from?.status?.retiredBlocks ?? [],
      clusters,
    }),
  });
  const known = decide(local.slices.get(objectKey(target)), local.sliceNodes.byIndex('slice', grant.slice));
  if (!known.plan.changed) return known;
  const selection = { namespace: memberNamespace, labelSelector: `${sliceLabel}=${grant.slice}` };
  // Retired blocks are written before their SliceNodes are deleted, so they are read after them.
  const { items } = await local.client.list(sliceNodeKind, { ...selection, signal });
  return decide(await local.client.find(sliceKind, target, { signal }), items);
};

const writeNodes = async ({ local, grant }: Session, { plan, from, written }: Allocation, signal: AbortSignal): Promise<void> => {
  // Before the objects of removed nodes are deleted, their blocks are recorded as retired, unless the slice has changed since the decision.
  if (canonicalJson(plan.retired) !== canonicalJson(from?.status?.retiredBlocks ?? [])) {
    const target = { namespace: memberNamespace, name: grant.slice };
    const version = from?.metadata.resourceVersion;
    const patch = { ...(version === undefined ? {} : { metadata: { resourceVersion: version } }), status: { retiredBlocks: plan.retired } };
    await local.client.mergePatch(sliceKind, target, patch, { signal, subresource: 'status' });
  }
  for (const node of plan.surplus) await remove(local.client, sliceNodeKind, node.metadata, signal);
  // Pods wait for their nodes: five hundred that join at once must not wait for one another.
  const slots = createSlots(nodesAtOnce);
  // The mirror may not show yet what the last decision wrote.
  const stored = new Map(written.map((node) => [objectKey(node.metadata), node]));
  await Promise.all(
    plan.desired.map((desired) =>
      slots.run(async () => {
        const seen = stored.get(objectKey(desired.metadata));
        await applyObject(local.client, sliceNodeKind, desired, { fieldManager, signal, seen });
        // The membership ended and was granted again before the object was deleted.
        if (seen?.spec.ended !== undefined)
          await local.client.mergePatch(sliceNodeKind, desired.metadata, { spec: { ended: null } }, { signal });
      }, signal),
    ),
  );
};
