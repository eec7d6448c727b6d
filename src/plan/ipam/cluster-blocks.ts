import { budgets } from '../../api/budgets.ts';
import type { RetiredBlock } from '../../api/slice/type.ts';
import { formatCidr, parseCidr } from '../../values/address/cidr.ts';
import { type SubnetLayout, subnetLayout } from '../../values/address/subnet-layout.ts';
import type { FailureCode } from '../../values/failure-codes.ts';
import { type BlockGrant, grantBlocks, sizeOf } from './blocks.ts';
import { readRetired, writtenRetired } from './retired-blocks.ts';

/** The blocks of one cluster of a slice, in the order of the grants. */
export interface ClusterBlocks {
  readonly cluster: string;
  readonly blocks: readonly string[];
}

/** The inputs of the addresses of one slice. */
export interface AddressingInput {
  readonly sliceSubnet: string;
  /** The current blocks. */
  readonly written: readonly ClusterBlocks[];
  /** Blocks of clusters that left, the earliest first. Without an entry a block is free at once. */
  readonly retired: readonly RetiredBlock[];
  /** The clusters of the slice, with the number of addresses that each needs (0 before its first report). */
  readonly clusters: readonly { readonly cluster: string; readonly wantedAddresses: number }[];
}

/** Why a cluster has fewer addresses than it needs. */
export interface AddressRefusal {
  readonly cluster: string;
  readonly code: FailureCode;
  /** True when the cluster has no address at all, so that it cannot take part. */
  readonly excluded: boolean;
  /** One sentence: what, why, and the remedy. */
  readonly message: string;
}

/** The decision; store it before using it. */
export interface Addressing {
  readonly written: readonly ClusterBlocks[];
  readonly retired: readonly RetiredBlock[];
  readonly refusals: readonly AddressRefusal[];
}

/**
 * The address blocks of the clusters of a slice: first blocks for new clusters, more blocks for growing ones, by the rules of {@link grantBlocks} in
 * the units of {@link subnetLayout}, none beyond its fair share.
 *
 * A block belongs to its cluster until the cluster leaves the slice. Then it is the last to be granted to another, and the first to be granted again
 * if the cluster returns. An invalid stored block (outside the subnet, or overlapping another's) is replaced, with a refusal of code `Conflict`.
 * Throws `InvalidInput` for an invalid subnet.
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
    message: `Block ${formatCidr(block)} of cluster "${owner}" was replaced, because it is outside the pod addresses of sliceSubnet ${sliceSubnet} or overlaps a block of another cluster; restart the pods that still use it.`,
  }));

const refused = (grant: BlockGrant, layout: SubnetLayout, { sliceSubnet, clusters }: AddressingInput): AddressRefusal[] => {
  const all = sizeOf(layout.pods);
  const owners = new Map(grant.held.map(({ owner, blocks }) => [owner, sizeOf(blocks)]));
  const others = (owner: string): number => [...owners.keys()].filter((name) => name !== owner).length;
  const remedy = 'create a new slice with a larger sliceSubnet, or name fewer clusters in spec.clusters';
  return [...grant.short].map(([cluster, missing]) => {
    const has = owners.get(cluster) ?? 0;
    const message =
      has === 0
        ? `sliceSubnet ${sliceSubnet} is too small for its ${clusters.length} clusters: cluster "${cluster}" got no address block, because ${others(cluster)} others hold all ${all} pod addresses; ${remedy}.`
        : `Cluster "${cluster}" needs ${missing} more addresses than its ${has}, but none of the ${all} pod addresses of sliceSubnet ${sliceSubnet} is free; ${remedy}.`;
    return { cluster, code: 'AddressExhausted', excluded: has === 0, message };
  });
};

const withheld = (grant: BlockGrant, { sliceSubnet }: AddressingInput): AddressRefusal[] =>
  [...grant.withheld].map(([cluster, count]) => ({
    cluster,
    code: 'AddressExhausted',
    excluded: false,
    message: `Cluster "${cluster}" needs ${count} more addresses than its fair share of sliceSubnet ${sliceSubnet}; create a new slice with a larger sliceSubnet, or name fewer clusters in spec.clusters.`,
  }));
