import type { Cluster } from '../../api/cluster/type.ts';
import type { SliceSpec } from '../../api/slice/type.ts';
import { sortedBy } from '../../values/text/order.ts';

/** The clusters of a slice. */
export interface Members {
  /** Clusters that have joined the hub and belong to the slice, by name. */
  readonly joined: readonly Cluster[];
  /** Clusters that were created on the hub and belong to the slice, but have not joined yet. */
  readonly waiting: readonly string[];
  /** Names in the spec that no cluster of the project has. */
  readonly unknown: readonly string[];
}

const hasJoined = (cluster: Cluster): boolean => cluster.spec.caBundle !== undefined && cluster.metadata.deletionTimestamp === undefined;

/**
 * The members of a slice among the clusters of its project.
 *
 * ```
 * spec.clusters        members
 * absent or empty      every cluster of the project, including those that join later
 * names                exactly those; a name without a cluster is reported, the others take part
 * ```
 */
export const membersOf = (spec: SliceSpec, clusters: readonly Cluster[]): Members => {
  const byName = new Map(clusters.map((cluster) => [cluster.metadata.name, cluster]));
  const everybody = spec.clusters === undefined || spec.clusters.length === 0;
  const wanted = everybody ? [...byName.keys()] : [...(spec.clusters ?? [])];
  const known = sortedBy(
    wanted.flatMap((name) => byName.get(name) ?? []),
    (cluster) => cluster.metadata.name,
  );
  return {
    joined: known.filter(hasJoined),
    waiting: everybody ? [] : known.filter((cluster) => cluster.spec.caBundle === undefined).map((cluster) => cluster.metadata.name),
    unknown: wanted.filter((name) => !byName.has(name)).toSorted(),
  };
};
