import type { Membership } from '../../api/membership/type.ts';
import type { RetiredBlock } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { type NodeBlocks, planNodeBlocks } from './node-blocks.ts';
import { planSliceNode } from './slice-objects.ts';

/** What a grant is made true from. */
export interface SliceNodesSnapshot {
  readonly membership: Membership;
  /** Names of the nodes of this cluster. */
  readonly nodes: readonly string[];
  /** The slice's SliceNodes as they are: where node blocks are written down. */
  readonly written: readonly SliceNode[];
  /** What this cluster states to the others about its nodes: a node whose SliceNode vanished gets the blocks back that its pods have. None when left out. */
  readonly stated?: readonly NodeBlocks[];
  /** Blocks of nodes that are gone, as they are written down. */
  readonly retired: readonly RetiredBlock[];
}

/** What follows, and what to write down before the surplus goes. */
export interface SliceNodesPlan {
  readonly desired: readonly SliceNode[];
  /** Those of nodes that are gone, and those of an earlier slice of the same name. */
  readonly surplus: readonly SliceNode[];
  readonly retired: readonly RetiredBlock[];
  /** Addresses that this cluster wants in all; undefined when no node is short of any. */
  readonly wantedAddresses: number | undefined;
  /** Whether the blocks differ from what is written down. */
  readonly changed: boolean;
}

/** A SliceNode with address blocks for each node of this cluster. A slice made again under the same name starts afresh. */
export const planSliceNodes = ({ membership, nodes, written, stated = [], retired }: SliceNodesSnapshot): SliceNodesPlan => {
  const { sliceUID, sliceSubnet, blocks: clusterBlocks } = membership.spec;
  const current = written.filter((node) => node.spec.sliceUID === sliceUID);
  const pods = new Map(current.map((node) => [node.spec.node, podCount(node)]));
  const vanished = stated.filter(({ node }) => nodes.includes(node) && !pods.has(node));
  const plan = planNodeBlocks({
    sliceSubnet,
    clusterBlocks,
    written: [...current.map(({ spec: { node, blocks } }) => ({ node, blocks })), ...vanished],
    retired,
    nodes: nodes.map((node) => ({ node, pods: pods.get(node) ?? 0 })),
  });
  const before = new Map(written.map((node) => [node.spec.node, node.spec.blocks.join()]));
  const kept = new Set(plan.written.map(({ node }) => node));
  return {
    desired: plan.written.map(({ node, blocks }) => planSliceNode(membership, node, blocks)),
    surplus: written.filter((node) => node.spec.sliceUID !== sliceUID || !kept.has(node.spec.node)),
    retired: plan.retired,
    wantedAddresses: plan.shortages.length > 0 ? plan.wantedAddresses : undefined,
    changed: before.size !== kept.size || plan.written.some(({ node, blocks }) => before.get(node) !== blocks.join()),
  };
};

/** Whether two states of a SliceNode lead to the same plan: what is written down in it, and how many pods there are; links do not matter. */
export const sameDemand = (before: SliceNode, after: SliceNode): boolean =>
  before.metadata.generation === after.metadata.generation && podCount(before) === podCount(after);

/** Pods that have an address or want one; addresses that rest count as long as pods wait for them. */
const podCount = ({ status }: SliceNode): number => Math.max(Object.keys(status?.pods ?? {}).length, status?.wantedAddresses ?? 0);
