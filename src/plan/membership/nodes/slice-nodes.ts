import type { Membership } from '../../../api/membership/type.ts';
import type { RetiredBlock } from '../../../api/slice/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import { subnetLayout } from '../../../values/address/subnet-layout.ts';
import { compareText } from '../../../values/text/order.ts';
import { fairShare, sizeOf } from '../../ipam/blocks.ts';
import { type NodeBlocks, planNodeBlocks } from '../../ipam/node-blocks.ts';
import { planSliceNode } from '../slice-objects.ts';

/** The inputs of the SliceNodes of a grant. */
export interface SliceNodesSnapshot {
  readonly membership: Membership;
  /** Names of the nodes of this cluster. */
  readonly nodes: readonly string[];
  /** Those of them that the slice needs, see `planNodeUse`. */
  readonly needed: ReadonlySet<string>;
  /** Whether a node that the slice no longer needs may lose its blocks now; until then it keeps them. */
  readonly mayLeave: (node: string) => boolean;
  /** The slice's current SliceNodes, which store the node blocks. */
  readonly written: readonly SliceNode[];
  /** The published statements of this cluster about its nodes: a node whose SliceNode disappeared gets back the blocks of its pods. @default none */
  readonly stated?: readonly NodeBlocks[];
  /** Recorded blocks of removed nodes. */
  readonly retired: readonly RetiredBlock[];
  /** How many clusters share the subnet. @default 2 */
  readonly clusters?: number;
}

/** So many nodes at least find a block without the hub; with the first one they fill a cluster's first block in the most common subnet, a /16. */
const leastSpareNodes = 3;

/**
 * How many nodes should find a block at once when they join: as many as are in the slice, so that a cluster can double what it uses while the hub is
 * away.
 */
export const spareNodes = (nodes: number, inSlice: number): number =>
  Math.max(0, Math.min(nodes - inSlice, Math.max(leastSpareNodes, inSlice)));

/** The result, to be stored before the surplus is deleted. */
export interface SliceNodesPlan {
  readonly desired: readonly SliceNode[];
  /** SliceNodes of removed nodes, and those of an earlier slice of the same name. */
  readonly surplus: readonly SliceNode[];
  readonly retired: readonly RetiredBlock[];
  /** Addresses that this cluster needs; undefined when no node lacks any, and none would that joins. */
  readonly wantedAddresses: number | undefined;
  /** Whether the blocks differ from the stored ones. */
  readonly changed: boolean;
}

/**
 * A SliceNode for each node of this cluster, with address blocks for those that the slice needs. A slice created again under the same name starts
 * without old blocks.
 *
 * ```
 * node                       SliceNode
 * needed                     has blocks, which grow with its pods
 * not needed any more        idle, and keeps its blocks until the other clusters no longer use them
 * not needed                 idle, without blocks; the last ones are recorded as retired, and it gets them back while they are free
 * removed                    deleted, and its blocks retire
 * ```
 */
export const planSliceNodes = (snapshot: SliceNodesSnapshot): SliceNodesPlan => {
  const { membership, nodes, needed, mayLeave, written, stated = [], retired, clusters = 2 } = snapshot;
  const { sliceUID, sliceSubnet, blocks: clusterBlocks } = membership.spec;
  const current = written.filter((node) => node.spec.sliceUID === sliceUID);
  const pods = new Map(current.map((node) => [node.spec.node, podCount(node)]));
  const vanished = stated.filter(({ node }) => nodes.includes(node) && !pods.has(node));
  const held = [...current.map(({ spec: { node, blocks } }) => ({ node, blocks })), ...vanished];
  const holding = new Set(held.flatMap(({ node, blocks }) => (blocks.length > 0 ? [node] : [])));
  const inSlice = nodes.filter((node) => needed.has(node) || (holding.has(node) && !mayLeave(node)));
  const { pods: space, clusterUnit } = subnetLayout(sliceSubnet);
  const plan = planNodeBlocks({
    sliceSubnet,
    clusterBlocks,
    written: held,
    retired,
    nodes: inSlice.map((node) => ({ node, pods: pods.get(node) ?? 0 })),
    spareNodes: spareNodes(nodes.length, inSlice.length),
    // The hub reports a cluster that asks for more, and spare addresses are no need.
    mostSpare: fairShare(sizeOf(space), clusters, sizeOf(space), clusterUnit),
  });
  const before = new Map(current.map(({ spec: { node, blocks } }) => [node, blocks.join()]));
  const granted = new Map(plan.written.map(({ node, blocks }) => [node, blocks]));
  const existing = new Set(nodes);
  return {
    desired: nodes.toSorted(compareText).map((node) => planSliceNode(membership, node, granted.get(node) ?? [], needed.has(node))),
    surplus: written.filter(({ spec }) => spec.sliceUID !== sliceUID || !existing.has(spec.node)),
    retired: plan.retired,
    wantedAddresses: plan.shortages.length > 0 || plan.isReserveShort ? plan.wantedAddresses : undefined,
    changed:
      written.length !== current.length ||
      [...before].some(([node, blocks]) => (granted.get(node) ?? []).join() !== blocks) ||
      [...granted].some(([node, blocks]) => before.get(node) !== blocks.join()),
  };
};

/** Whether two states of a SliceNode lead to the same plan: only its blocks and the number of pods count, not links. */
export const sameDemand = (before: SliceNode, after: SliceNode): boolean =>
  before.metadata.generation === after.metadata.generation && podCount(before) === podCount(after);

/** Pods that have an address or need one; addresses in quarantine count while pods wait for them. */
const podCount = ({ status }: SliceNode): number => Math.max(Object.keys(status?.pods ?? {}).length, status?.wantedAddresses ?? 0);
