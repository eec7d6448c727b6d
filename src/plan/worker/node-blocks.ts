import type { RetiredBlock } from '../../api/slice/type.ts';
import { type Cidr, formatCidr, parseCidr } from '../../values/cidr.ts';
import { subnetLayout } from '../../values/subnet-layout.ts';
import { usable } from '../../values/usable-addresses.ts';
import { type BlockDemand, type BlockGrant, grantBlocks, sizeOf } from '../blocks.ts';
import { readRetired, writtenRetired } from '../retired-blocks.ts';

/** The blocks that are written down for one node in a slice; the first one holds the node's own address. */
export interface NodeBlocks {
  readonly node: string;
  readonly blocks: readonly string[];
}

/** What is known about the addresses of one slice in one cluster. */
export interface NodeBlocksInput {
  readonly sliceSubnet: string;
  /** What the hub has written down for this cluster. */
  readonly clusterBlocks: readonly string[];
  /** What is written down so far for the nodes. */
  readonly written: readonly NodeBlocks[];
  /** Blocks of nodes that are gone, the longest ago first. */
  readonly retired: readonly RetiredBlock[];
  /** The nodes of the cluster, with how many pods of the slice each has or is about to have. */
  readonly nodes: readonly { readonly node: string; readonly pods: number }[];
}

/** A node that did not get all it wants. */
export interface NodeShortage {
  readonly node: string;
  /** True when the node has no address at all, so that it cannot take part. */
  readonly excluded: boolean;
  /** One sentence: what, why, and what to do. */
  readonly message: string;
}

/** What to write down, and what to ask the hub for. */
export interface NodeBlocksPlan {
  readonly written: readonly NodeBlocks[];
  readonly retired: readonly RetiredBlock[];
  /** Addresses that this cluster wants in all: what it has, and what its nodes are short of. */
  readonly wantedAddresses: number;
  readonly shortages: readonly NodeShortage[];
}

/**
 * The address blocks of the nodes of this cluster in a slice, cut from the blocks that the hub gave it, by the rules of `grantBlocks`.
 *
 * A node begins with one unit of `subnetLayout` and grows as soon as less than a quarter of a unit is free, and at least when nothing is, so that
 * a pod does not wait for the growth. A block belongs to its node until the node is gone; a node that returns (registered anew, its pods still
 * running) finds its blocks again. Blocks that lie outside the cluster's, because the cluster left and joined anew, are replaced.
 */
export const planNodeBlocks = (input: NodeBlocksInput): NodeBlocksPlan => {
  const layout = subnetLayout(input.sliceSubnet);
  const clusterBlocks = input.clusterBlocks.map(parseCidr);
  const needs = new Map(input.nodes.map(({ node, pods }) => [node, pods + 1 + Math.max(1, Math.floor(layout.nodeUnit / 4))]));
  const grant = grantUsable(needs, {
    space: clusterBlocks,
    held: input.written.map(({ node, blocks }) => ({ owner: node, blocks: blocks.map(parseCidr) })),
    retired: readRetired(input.retired),
    unit: layout.nodeUnit,
  });
  const missing = [...grant.short.values()].reduce((sum, count) => sum + count, 0);
  const sizes = new Map(grant.held.map(({ owner, blocks }) => [owner, sizeOf(blocks)]));
  return {
    written: grant.held.map(({ owner, blocks }) => ({ node: owner, blocks: blocks.map(formatCidr) })),
    retired: writtenRetired(grant.retired),
    wantedAddresses: sizeOf(clusterBlocks) + missing,
    shortages: [...grant.short].map(([node, count]) => ({
      node,
      excluded: !sizes.has(node),
      message: sizes.has(node)
        ? `Node "${node}" wants ${count} more slice addresses, but none of the ${sizeOf(clusterBlocks)} of this cluster is free; the hub was asked for more.`
        : `Node "${node}" has no slice address yet, because none of the ${sizeOf(clusterBlocks)} of this cluster is free; the hub was asked for more.`,
    })),
  };
};

/**
 * Grants until everybody has as many *usable* addresses as it needs, or nothing is left.
 *
 * How many addresses of a block are usable is known only when the block is, so each round asks for those that the last one lost.
 */
const grantUsable = (needs: ReadonlyMap<string, number>, demand: Omit<BlockDemand, 'wants'>): BlockGrant => {
  let wants = needs;
  for (let before = demand; ; ) {
    const granted = grantBlocks({ ...before, wants });
    const lost = new Map(granted.held.map(({ owner, blocks }) => [owner, sizeOf(blocks) - usableCount(blocks)]));
    const next = new Map([...needs].map(([node, need]) => [node, need + (lost.get(node) ?? 0)]));
    if ([...next].every(([node, want]) => want === wants.get(node))) return granted;
    wants = next;
    before = { ...demand, held: granted.held, retired: granted.retired };
  }
};

const usableCount = (blocks: readonly Cidr[]): number => blocks.reduce((sum, block) => sum + usable(block).count, 0);
