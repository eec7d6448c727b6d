import { membershipKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { sliceLabel } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import type { RetiredBlock, Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { planNodeBlocks } from '../../plan/worker/node-blocks.ts';
import { planLocalSlice, planLocalSliceStatus, planSliceNode } from '../../plan/worker/slice-objects.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { objectKey } from '../../values/object-key.ts';
import { fieldManager } from './local-world.ts';
import { type Publisher, renewalEveryMs } from './publish.ts';
import { ownSubjects, type Session } from './session.ts';

/**
 * Makes a grant true in this cluster: the local slice, a SliceNode with address blocks for each node, and the statement about the cluster
 * itself. SliceNodes are where node blocks are written down. There is one key, this cluster.
 */
export const grants = (session: Session, publisher: Publisher, caCertificate: string) => {
  const { local, grant, membership, members, hub } = session;
  return {
    name: 'grant',
    resync: { everyMs: renewalEveryMs, keys: () => [hub.cluster] },
    watches: [
      ownSubjects(session, 'Cluster'),
      watching(local.nodes, (change) => (change.type === 'updated' ? [] : [hub.cluster])),
      watching(local.slices, (change) => (change.object.metadata.name === grant.slice ? [hub.cluster] : [])),
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === grant.slice && (previous === undefined || matters(previous, object)) ? [hub.cluster] : [],
      ),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<void> => {
      await publisher.publish('Cluster', hub.cluster, { caCertificate, blocks: grant.blocks }, signal);

      const localSlice = planLocalSlice(membership) as Slice;
      const seenSlice = local.slices.get(`${memberNamespace}/${grant.slice}`);
      await applyObject(local.client, sliceKind, localSlice, {
        fieldManager,
        signal,
        ...(seenSlice === undefined ? {} : { seen: seenSlice }),
      });
      const status = planLocalSliceStatus(membership);
      if (
        canonicalJson(seenSlice?.status?.sliceConfig ?? {}) !== canonicalJson(status.sliceConfig ?? {}) ||
        seenSlice?.status?.namespaces?.join() !== grant.namespaces.join()
      ) {
        await local.client.mergePatch(sliceKind, localSlice.metadata, { status }, { signal, subresource: 'status' });
      }

      const nodes = local.nodes.list().map((node) => node.metadata.name);
      let written: readonly SliceNode[] = local.sliceNodes.byIndex('slice', grant.slice);
      let plan = planBlocks(session, nodes, written, seenSlice?.status?.retiredBlocks);
      if (differs(plan, written)) {
        // Allocations must not be decided from an old picture.
        written = (
          await local.client.list(sliceNodeKind, { namespace: memberNamespace, labelSelector: `${sliceLabel}=${grant.slice}`, signal })
        ).items;
        plan = planBlocks(session, nodes, written, seenSlice?.status?.retiredBlocks);
      }
      // Before the node objects go: what nodes that are gone had is written down as retired.
      if (canonicalJson(plan.retired) !== canonicalJson(seenSlice?.status?.retiredBlocks ?? [])) {
        await local.client.mergePatch(
          sliceKind,
          localSlice.metadata,
          { status: { retiredBlocks: plan.retired } },
          { signal, subresource: 'status' },
        );
      }
      // A slice made again under the same name starts afresh: what the old one wrote down goes first.
      const stale = written.filter(
        (node) => node.spec.sliceUID !== grant.sliceUID || !plan.written.some((one) => one.node === node.spec.node),
      );
      for (const node of stale) await remove(local.client, sliceNodeKind, node.metadata, signal);
      for (const { node, blocks } of plan.written) {
        const desired = planSliceNode(membership, node, blocks) as SliceNode;
        const seen = local.sliceNodes.get(`${memberNamespace}/${desired.metadata.name}`);
        await applyObject(local.client, sliceNodeKind, desired, { fieldManager, signal, ...(seen === undefined ? {} : { seen }) });
      }
      const { status: told } = members.get(objectKey(membership.metadata)) ?? membership;
      if (plan.wantedAddresses > (told?.wantedAddresses ?? 0) && plan.shortages.length > 0) {
        await hub.client.mergePatch(
          membershipKind,
          membership.metadata,
          { status: { wantedAddresses: plan.wantedAddresses } },
          { signal, subresource: 'status' },
        );
      }
    },
  };
};

/** Links are reported twice a minute by every node; blocks follow from what is written down and from how many pods there are. */
const matters = (before: SliceNode, after: SliceNode): boolean =>
  before.metadata.generation !== after.metadata.generation || podCount(before) !== podCount(after);
const podCount = ({ status }: SliceNode): number => Object.keys(status?.pods ?? {}).length;

const planBlocks = ({ grant }: Session, nodes: readonly string[], written: readonly SliceNode[], retired: readonly RetiredBlock[] = []) => {
  const current = written.filter((node) => node.spec.sliceUID === grant.sliceUID);
  const pods = new Map(current.map((node) => [node.spec.node, podCount(node)]));
  return planNodeBlocks({
    sliceSubnet: grant.sliceSubnet,
    clusterBlocks: grant.blocks,
    written: current.map((node) => ({ node: node.spec.node, blocks: node.spec.blocks })),
    retired,
    nodes: nodes.map((node) => ({ node, pods: pods.get(node) ?? 0 })),
  });
};

const differs = (plan: ReturnType<typeof planBlocks>, written: readonly SliceNode[]): boolean => {
  const blocks = new Map(written.map((node) => [node.spec.node, node.spec.blocks.join()]));
  return blocks.size !== plan.written.length || plan.written.some(({ node, blocks: planned }) => blocks.get(node) !== planned.join());
};
