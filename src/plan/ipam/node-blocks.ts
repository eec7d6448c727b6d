import type { RetiredBlock } from '../../api/slice/type.ts';
import { type Cidr, formatCidr, parseCidr } from '../../values/address/cidr.ts';
import { subnetLayout } from '../../values/address/subnet-layout.ts';
import { usable } from '../../values/address/usable-addresses.ts';
import { type BlockDemand, type BlockGrant, grantBlocks, sizeOf } from './blocks.ts';
import { readRetired, writtenRetired } from './retired-blocks.ts';

/** The blocks of one node in a slice; the first one contains the node's own address. */
export interface NodeBlocks {
  readonly node: string;
  readonly blocks: readonly string[];
}

/** The inputs of the node blocks of one slice in one cluster. */
export interface NodeBlocksInput {
  readonly sliceSubnet: string;
  /** The blocks of this cluster on the hub. */
  readonly clusterBlocks: readonly string[];
  /** The current blocks of the nodes. */
  readonly written: readonly NodeBlocks[];
  /** Blocks of removed nodes, the earliest removed first. */
  readonly retired: readonly RetiredBlock[];
  /** The nodes of the cluster, with how many pods of the slice each has or is about to have. */
  readonly nodes: readonly { readonly node: string; readonly pods: number }[];
  /** For how many more nodes the first block should be free. @default none */
  readonly spareNodes?: number;
  /** Addresses that this cluster does not exceed for the sake of spare nodes. @default any number */
  readonly mostSpare?: number;
}

/** A node with fewer blocks than it needs. */
export interface NodeShortage {
  readonly node: string;
  /** True when the node has no address at all, so that it cannot take part. */
  readonly excluded: boolean;
  /** One sentence: what, why, and the remedy. */
  readonly message: string;
}

/** The blocks to store, and the addresses to request from the hub. */
export interface NodeBlocksPlan {
  readonly written: readonly NodeBlocks[];
  readonly retired: readonly RetiredBlock[];
  /** Addresses that this cluster needs: those that it has, those that its nodes lack, and those that spare nodes lack. */
  readonly wantedAddresses: number;
  /** Whether spare nodes lack some. */
  readonly isReserveShort: boolean;
  readonly shortages: readonly NodeShortage[];
}

/**
 * The address blocks of this cluster's nodes in a slice, cut from the cluster's blocks by the rules of `grantBlocks`.
 *
 * A node begins with one unit of `subnetLayout`, of which some more are kept free: a node that joins must not wait for the hub. It grows as soon as less than a quarter of a unit is free, and always when nothing is, so that a pod
 * does not wait for the growth. A block belongs to its node until the node is removed; a node that returns (registered again, its pods still running)
 * gets its blocks back. Blocks outside the cluster's blocks, because the cluster left and joined again, are replaced.
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
  const all = sizeOf(clusterBlocks);
  const free = all - grant.held.reduce((sum, { blocks }) => sum + sizeOf(blocks), 0);
  const spare = Math.max(0, (input.spareNodes ?? 0) * layout.nodeUnit - free);
  const wanted = Math.max(all + missing, Math.min(all + missing + spare, input.mostSpare ?? Infinity));
  const sizes = new Map(grant.held.map(({ owner, blocks }) => [owner, sizeOf(blocks)]));
  return {
    written: grant.held.map(({ owner, blocks }) => ({ node: owner, blocks: blocks.map(formatCidr) })),
    retired: writtenRetired(grant.retired),
    wantedAddresses: wanted,
    isReserveShort: wanted > all + missing,
    shortages: [...grant.short].map(([node, count]) => ({
      node,
      excluded: !sizes.has(node),
      message: sizes.has(node)
        ? `Node "${node}" needs ${count} more slice addresses, but none of the ${sizeOf(clusterBlocks)} of this cluster is free; more were requested from the hub.`
        : `Node "${node}" has no slice address yet, because none of the ${sizeOf(clusterBlocks)} of this cluster is free; more were requested from the hub.`,
    })),
  };
};

/**
 * Grants until every node has as many *usable* addresses as it needs, or nothing is left.
 *
 * How many addresses of a block are usable is known only when the block is granted, so each round adds what the last one fell short of.
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
