import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';

/** The summary of one cluster. */
export interface ClusterRow {
  readonly name: string;
  /** Its state on the hub; in a member, whether the hub is reachable, or whether the other cluster is. */
  readonly state: 'Connected' | 'Lost' | 'Waiting' | 'Leaving' | 'HubAway' | 'Removed' | 'Reached' | 'Unreached' | 'Pending';
  readonly nodes: number | undefined;
  readonly version: string | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly fingerprint: string | undefined;
  readonly message: string;
}

const order: readonly ClusterRow['state'][] = [
  'Lost',
  'Removed',
  'HubAway',
  'Unreached',
  'Leaving',
  'Waiting',
  'Pending',
  'Connected',
  'Reached',
];

/** Clusters that need attention first, then by name. */
export const sortClusters = (rows: readonly ClusterRow[]): ClusterRow[] =>
  rows.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.name < b.name ? -1 : 1));

const stateOf = (cluster: Cluster): ClusterRow['state'] => {
  if (cluster.metadata.deletionTimestamp !== undefined) return 'Leaving';
  const ready = conditionOf(cluster.status?.conditions, 'Ready');
  if (ready?.status === 'True') return 'Connected';
  return ready?.reason === 'ConnectionLost' ? 'Lost' : 'Waiting';
};

/** All clusters, those that need attention first. */
export const planClusters = (clusters: readonly Cluster[]): ClusterRow[] =>
  sortClusters(
    clusters.map(
      (cluster): ClusterRow => ({
        name: cluster.metadata.name,
        state: stateOf(cluster),
        nodes: cluster.status?.nodes,
        version: cluster.status?.version,
        kubernetesVersion: cluster.status?.kubernetesVersion,
        fingerprint: cluster.status?.caFingerprint,
        message: conditionOf(cluster.status?.conditions, 'Ready')?.message ?? '',
      }),
    ),
  );
