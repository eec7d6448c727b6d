import { membershipKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { sliceLabel } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { planSliceNodes, type SliceNodesPlan, sameDemand } from '../../plan/worker/slice-nodes.ts';
import { planLocalSlice, planLocalSliceStatus } from '../../plan/worker/slice-objects.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { objectKey } from '../../values/object-key.ts';
import { fieldManager } from './local-world.ts';
import { type Publisher, renewalEveryMs } from './publish.ts';
import { ownSubjects, type Session } from './session.ts';

/**
 * Makes a grant true in this cluster: the local slice, a SliceNode with address blocks for each node, and the statement about the cluster
 * itself. There is one key, this cluster.
 */
export const grants = (session: Session, publisher: Publisher, caCertificate: string) => {
  const { local, grant, hub } = session;
  return {
    name: 'grant',
    resync: { everyMs: renewalEveryMs, keys: () => [hub.cluster] },
    watches: [
      ownSubjects(session, 'Cluster'),
      watching(local.nodes, (change) => (change.type === 'updated' ? [] : [hub.cluster])),
      // Conditions change with the links.
      watching(local.slices, ({ object, previous }) =>
        object.metadata.name === grant.slice && (previous === undefined || !sameButConditions(previous, object)) ? [hub.cluster] : [],
      ),
      // Links are reported twice a minute by every node.
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === grant.slice && (previous === undefined || !sameDemand(previous, object)) ? [hub.cluster] : [],
      ),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<void> => {
      await publisher.publish('Cluster', hub.cluster, { caCertificate, blocks: grant.blocks }, signal);
      const slice = local.slices.get(`${memberNamespace}/${grant.slice}`);
      await writeLocalSlice(session, slice, signal);
      const plan = await allocate(session, slice, signal);
      await writeNodes(session, slice, plan, signal);
      await askForMore(session, plan, signal);
    },
  };
};

const sameButConditions = (before: Slice, after: Slice): boolean => {
  const essence = ({ metadata: { generation = 0, labels = {} }, status }: Slice): string =>
    canonicalJson({ generation, labels, status: { ...status, conditions: [] } });
  return essence(before) === essence(after);
};

const writeLocalSlice = async ({ local, grant, membership }: Session, seen: Slice | undefined, signal: AbortSignal): Promise<void> => {
  const desired = planLocalSlice(membership);
  await applyObject(local.client, sliceKind, desired, { fieldManager, signal, seen });
  const status = planLocalSliceStatus(membership);
  if (
    canonicalJson(seen?.status?.sliceConfig ?? {}) !== canonicalJson(status.sliceConfig ?? {}) ||
    seen?.status?.namespaces?.join() !== grant.namespaces.join()
  ) {
    await local.client.mergePatch(sliceKind, desired.metadata, { status }, { signal, subresource: 'status' });
  }
};

/** Decides the blocks of the nodes: when they change, from the SliceNodes as the API server has them now and not from an old picture. */
const allocate = async ({ local, grant, membership }: Session, slice: Slice | undefined, signal: AbortSignal): Promise<SliceNodesPlan> => {
  const nodes = local.nodes.list().map((node) => node.metadata.name);
  const decide = (written: readonly SliceNode[]) =>
    planSliceNodes({ membership, nodes, written, retired: slice?.status?.retiredBlocks ?? [] });
  const known = decide(local.sliceNodes.byIndex('slice', grant.slice));
  if (!known.changed) return known;
  const selection = { namespace: memberNamespace, labelSelector: `${sliceLabel}=${grant.slice}` };
  return decide((await local.client.list(sliceNodeKind, { ...selection, signal })).items);
};

const writeNodes = async (
  { local, grant }: Session,
  slice: Slice | undefined,
  plan: SliceNodesPlan,
  signal: AbortSignal,
): Promise<void> => {
  // Before the node objects go: what nodes that are gone had is written down as retired.
  if (canonicalJson(plan.retired) !== canonicalJson(slice?.status?.retiredBlocks ?? [])) {
    const target = { namespace: memberNamespace, name: grant.slice };
    await local.client.mergePatch(sliceKind, target, { status: { retiredBlocks: plan.retired } }, { signal, subresource: 'status' });
  }
  for (const node of plan.surplus) await remove(local.client, sliceNodeKind, node.metadata, signal);
  for (const desired of plan.desired) {
    const seen = local.sliceNodes.get(objectKey(desired.metadata));
    await applyObject(local.client, sliceNodeKind, desired, { fieldManager, signal, seen });
  }
};

/** Asks the hub for addresses that nodes are short of. */
const askForMore = async ({ hub, members, membership }: Session, plan: SliceNodesPlan, signal: AbortSignal): Promise<void> => {
  const { wantedAddresses } = plan;
  const { status: told } = members.get(objectKey(membership.metadata)) ?? membership;
  if (wantedAddresses === undefined || wantedAddresses <= (told?.wantedAddresses ?? 0)) return;
  const patch = { status: { wantedAddresses } };
  await hub.client.mergePatch(membershipKind, membership.metadata, patch, { signal, subresource: 'status' });
};
