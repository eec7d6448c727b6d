import { budgets } from '../../api/budgets.ts';
import type { Membership } from '../../api/membership/type.ts';
import type { RetiredBlock } from '../../api/slice/type.ts';
import { planAddressing } from '../ipam/cluster-blocks.ts';

/** The address blocks of each cluster of a slice. */
export interface Grants {
  /** Blocks by cluster, without clusters that have none. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  /** Sentences about clusters without any block, by cluster; the slice cannot be ready without them. */
  readonly excluded: ReadonlyMap<string, string>;
  /** A sentence about clusters that have blocks and need more. */
  readonly shortage: string | undefined;
  /** Blocks of clusters that left, to be stored too. */
  readonly retired: readonly RetiredBlock[];
  /** Whether this differs from the stored state. */
  readonly changed: boolean;
}

/** Maximum number of addresses that a cluster can use: those of all pods that its nodes can run. */
const mostUseful = (nodes: ReadonlyMap<string, number> | undefined, cluster: string): number =>
  nodes === undefined ? Infinity : Math.min(budgets.nodes, Math.max(1, nodes.get(cluster) ?? 1)) * budgets.addressesPerNode;

/**
 * Addresses that a cluster requests. A cluster that releases blocks gets no more of them: otherwise a cluster that requests addresses and releases
 * every block would make the controller grant and take back without end.
 */
const requested = (status: Membership['status']): number =>
  (status?.releasedBlocks ?? []).length > 0 ? 0 : (status?.wantedAddresses ?? 0);

/**
 * The grants of a slice. The memberships store the allocations, so they are input and output. `nodes` is the number of nodes of each cluster;
 * requests beyond what these can use are ignored. Without it, every request counts.
 */
export const planGrants = (
  sliceSubnet: string,
  clusters: readonly string[],
  memberships: readonly Membership[],
  retired: readonly RetiredBlock[] = [],
  nodes?: ReadonlyMap<string, number>,
): Grants => {
  const written = memberships.map((membership) => ({ cluster: membership.spec.cluster, blocks: membership.spec.blocks }));
  const wanted = new Map(
    memberships.map(({ spec: { cluster }, status }) => [cluster, Math.min(requested(status), mostUseful(nodes, cluster))]),
  );
  const addressing = planAddressing({
    sliceSubnet,
    written,
    retired,
    clusters: [...clusters].toSorted().map((cluster) => ({ cluster, wantedAddresses: wanted.get(cluster) ?? 0 })),
  });
  const blocks = new Map(addressing.written.map(({ cluster, blocks }) => [cluster, blocks]));
  const before = new Map(memberships.map((membership) => [membership.spec.cluster, membership.spec.blocks]));
  const same = blocks.size === before.size && [...blocks].every(([cluster, list]) => list.join() === before.get(cluster)?.join());
  return {
    blocks,
    excluded: new Map(addressing.refusals.filter(({ excluded }) => excluded).map(({ cluster, message }) => [cluster, message])),
    shortage:
      addressing.refusals
        .filter(({ excluded }) => !excluded)
        .map(({ message }) => message)
        .join(' ') || undefined,
    retired: addressing.retired,
    changed: !same,
  };
};
