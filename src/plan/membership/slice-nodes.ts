import type { Membership } from '../../api/membership/type.ts';
import type { RetiredBlock } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { type NodeBlocks, planNodeBlocks } from '../ipam/node-blocks.ts';
import { planSliceNode } from './slice-objects.ts';

/** The inputs of the SliceNodes of a grant. */
export interface SliceNodesSnapshot {
  readonly membership: Membership;
  /** Names of the nodes of this cluster. */
  readonly nodes: readonly string[];
  /** The slice's current SliceNodes, which store the node blocks. */
  readonly written: readonly SliceNode[];
  /** The published statements of this cluster about its nodes: a node whose SliceNode disappeared gets back the blocks of its pods. @default none */
  readonly stated?: readonly NodeBlocks[];
  /** Recorded blocks of removed nodes. */
  readonly retired: readonly RetiredBlock[];
}

/** The result, to be stored before the surplus is deleted. */
export interface SliceNodesPlan {
  readonly desired: readonly SliceNode[];
  /** SliceNodes of removed nodes, and those of an earlier slice of the same name. */
  readonly surplus: readonly SliceNode[];
  readonly retired: readonly RetiredBlock[];
  /** Addresses that this cluster needs; undefined when no node lacks any. */
  readonly wantedAddresses: number | undefined;
  /** Whether the blocks differ from the stored ones. */
  readonly changed: boolean;
}

/** A SliceNode with address blocks for each node of this cluster. A slice created again under the same name starts without old blocks. */
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

/** Whether two states of a SliceNode lead to the same plan: only its blocks and the number of pods count, not links. */
export const sameDemand = (before: SliceNode, after: SliceNode): boolean =>
  before.metadata.generation === after.metadata.generation && podCount(before) === podCount(after);

/** Pods that have an address or need one; addresses in quarantine count while pods wait for them. */
const podCount = ({ status }: SliceNode): number => Math.max(Object.keys(status?.pods ?? {}).length, status?.wantedAddresses ?? 0);
