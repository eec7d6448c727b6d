import type { Membership } from '../../api/membership/type.ts';
import { planAddressing } from './addressing.ts';

/** The address blocks of each cluster of a slice. */
export interface Grants {
  /** Blocks by cluster; a cluster that got none is not in it. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  /** Sentence, when a cluster got no block or too few. */
  readonly refusal: string | undefined;
  /** Whether this differs from what is written down. */
  readonly changed: boolean;
}

/** The grants of a slice: the memberships are where allocations are written down, so they are both the input and what is to be written. */
export const planGrants = (sliceSubnet: string, clusters: readonly string[], memberships: readonly Membership[]): Grants => {
  const written = memberships
    .filter((membership) => clusters.includes(membership.spec.cluster))
    .map((membership) => ({ cluster: membership.spec.cluster, blocks: membership.spec.blocks }));
  const wanted = new Map(memberships.map((membership) => [membership.spec.cluster, membership.status?.wantedAddresses ?? 0]));
  const addressing = planAddressing({
    sliceSubnet,
    written,
    retired: [],
    clusters: [...clusters].toSorted().map((cluster) => ({ cluster, wantedAddresses: wanted.get(cluster) ?? 0 })),
  });
  const blocks = new Map(addressing.written.map(({ cluster, blocks }) => [cluster, blocks]));
  const before = new Map(memberships.map((membership) => [membership.spec.cluster, membership.spec.blocks]));
  const same = blocks.size === before.size && [...blocks].every(([cluster, list]) => list.join() === before.get(cluster)?.join());
  return {
    blocks,
    refusal: addressing.refusals.length === 0 ? undefined : addressing.refusals.map(({ message }) => message).join(' '),
    changed: !same,
  };
};
