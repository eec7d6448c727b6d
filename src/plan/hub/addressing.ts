import { budgets } from '../../api/budgets.ts';
import type { RetiredBlock } from '../../api/slice/type.ts';
import { formatCidr, parseCidr } from '../../values/cidr.ts';
import type { FailureCode } from '../../values/failure-codes.ts';
import { type SubnetLayout, subnetLayout } from '../../values/subnet-layout.ts';
import { type BlockGrant, grantBlocks, sizeOf } from '../blocks.ts';
import { readRetired, writtenRetired } from '../retired-blocks.ts';

/** The blocks that are written down for one cluster of a slice, the first one first. */
export interface ClusterBlocks {
  readonly cluster: string;
  readonly blocks: readonly string[];
}

/** What is known about the addresses of one slice. */
export interface AddressingInput {
  readonly sliceSubnet: string;
  /** What is written down so far. */
  readonly written: readonly ClusterBlocks[];
  /** Blocks of clusters that left, the longest ago first. Empty if nobody kept them: then their place is free at once. */
  readonly retired: readonly RetiredBlock[];
  /** The clusters of the slice, with the addresses that each wants in all (0 when it has not said yet). */
  readonly clusters: readonly { readonly cluster: string; readonly wantedAddresses: number }[];
}

/** Why a cluster did not get what it wants. */
export interface AddressRefusal {
  readonly cluster: string;
  readonly code: FailureCode;
  /** True when the cluster has no address at all, so that it cannot take part. */
  readonly excluded: boolean;
  /** One sentence: what, why, and what to do. */
  readonly message: string;
}

/** What to write down; nothing may be made of it before it is written. */
export interface Addressing {
  readonly written: readonly ClusterBlocks[];
  readonly retired: readonly RetiredBlock[];
  readonly refusals: readonly AddressRefusal[];
}

/**
 * The address blocks of the clusters of a slice: first blocks for new clusters, further blocks for those that grow, by the rules of
 * {@link grantBlocks} in the units of {@link subnetLayout}, nobody beyond its fair share.
 *
 * A block belongs to its cluster until the cluster leaves the slice. It is then the last to be given to another, and the first to be
 * given back if the cluster returns. A written block that cannot be (outside the subnet, or meeting another's) is replaced, and a refusal
 * with code `Conflict` says so. Throws `InvalidInput` for a subnet that is none.
 */
export const planAddressing = (input: AddressingInput): Addressing => {
  const layout = subnetLayout(input.sliceSubnet);
  const grant = grantBlocks({
    space: layout.pods,
    held: input.written.map(({ cluster, blocks }) => ({ owner: cluster, blocks: blocks.map(parseCidr) })),
    retired: readRetired(input.retired),
    wants: new Map(input.clusters.map(({ cluster, wantedAddresses }) => [cluster, wantedAddresses])),
    unit: layout.clusterUnit,
    isFair: true,
    mostBlocks: budgets.blocks,
  });
  return {
    written: grant.held.map(({ owner, blocks }) => ({ cluster: owner, blocks: blocks.map(formatCidr) })),
    retired: writtenRetired(grant.retired),
    refusals: [...replaced(grant, input), ...refused(grant, layout, input), ...withheld(grant, input)],
  };
};

const replaced = (grant: BlockGrant, { sliceSubnet }: AddressingInput): AddressRefusal[] =>
  grant.dropped.map(({ owner, block }) => ({
    cluster: owner,
    code: 'Conflict',
    excluded: false,
    message: `Block ${formatCidr(block)} of cluster "${owner}" was replaced, because it lies outside the pod addresses of sliceSubnet ${sliceSubnet} or meets a block of another cluster; restart the pods that still use it.`,
  }));

const refused = (grant: BlockGrant, layout: SubnetLayout, { sliceSubnet, clusters }: AddressingInput): AddressRefusal[] => {
  const all = sizeOf(layout.pods);
  const owners = new Map(grant.held.map(({ owner, blocks }) => [owner, sizeOf(blocks)]));
  const others = (owner: string): number => [...owners.keys()].filter((name) => name !== owner).length;
  const remedy = 'make a new slice with a larger sliceSubnet, or name fewer clusters in spec.clusters';
  return [...grant.short].map(([cluster, missing]) => {
    const has = owners.get(cluster) ?? 0;
    const message =
      has === 0
        ? `sliceSubnet ${sliceSubnet} is too small for its ${clusters.length} clusters: cluster "${cluster}" got no address block, because ${others(cluster)} others hold all ${all} pod addresses; ${remedy}.`
        : `Cluster "${cluster}" wants ${missing} more addresses than its ${has}, but none of the ${all} pod addresses of sliceSubnet ${sliceSubnet} is free; ${remedy}.`;
    return { cluster, code: 'AddressExhausted', excluded: has === 0, message };
  });
};

const withheld = (grant: BlockGrant, { sliceSubnet }: AddressingInput): AddressRefusal[] =>
  [...grant.withheld].map(([cluster, count]) => ({
    cluster,
    code: 'AddressExhausted',
    excluded: false,
    message: `Cluster "${cluster}" wants ${count} more addresses than its fair share of sliceSubnet ${sliceSubnet}, of which the other clusters must get theirs too; make a new slice with a larger sliceSubnet, or name fewer clusters in spec.clusters.`,
  }));
