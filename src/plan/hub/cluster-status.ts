import type { Cluster, ClusterStatus } from '../../api/cluster/type.ts';
import { setCondition, type Verdict } from '../../api/condition.ts';

/** What is known about a cluster's worker. */
export interface WorkerSign {
  /** Last renewal of the worker's lease, milliseconds since 1970; undefined when it never connected. */
  readonly seenAt: number | undefined;
}

/** A worker that has not renewed its lease for this long is not connected, in milliseconds. */
export const workerLeaseMs = 40_000;

const verdictOf = (cluster: Cluster, sign: WorkerSign, now: number): Verdict => {
  const name = cluster.metadata.name;
  if (cluster.spec.caBundle === undefined) {
    const message = `Cluster ${name} has not joined yet; run "kubeslice token create ${name}" on the hub and "kubeslice join --token …" in the cluster.`;
    return { type: 'Ready', status: 'False', reason: 'WaitingForCluster', message };
  }
  if (sign.seenAt === undefined) {
    const message = `Cluster ${name} has joined, but its worker has not connected yet; see "kubectl -n kubeslice-system get pods" there.`;
    return { type: 'Ready', status: 'False', reason: 'WaitingForCluster', message };
  }
  if (now - sign.seenAt > workerLeaseMs) {
    const message = `The worker of cluster ${name} was last heard of at ${new Date(sign.seenAt).toISOString()}; existing traffic goes on, changes wait. See "kubectl -n kubeslice-system logs deploy/kubeslice-worker" there.`;
    return { type: 'Ready', status: 'False', reason: 'ConnectionLost', message };
  }
  return { type: 'Ready', status: 'True', reason: 'Registered', message: 'The worker is connected.' };
};

/**
 * The controller's part of a cluster's status: registration, health and the Ready condition, from the joined authority and the worker's
 * lease. `fingerprint` is that of the authority; fields that the worker writes are not touched.
 */
export const planClusterStatus = (
  cluster: Cluster,
  sign: WorkerSign,
  fingerprint: string | undefined,
  now: number,
): Partial<ClusterStatus> => {
  const verdict = verdictOf(cluster, sign, now);
  const conditions = setCondition(cluster.status?.conditions, verdict, cluster.metadata.generation, new Date(now));
  const health = verdict.status === 'True' ? 'Normal' : 'Warning';
  const before = cluster.status?.clusterHealth;
  return {
    conditions: [...conditions],
    registrationStatus: sign.seenAt !== undefined ? 'Registered' : cluster.spec.caBundle === undefined ? 'Pending' : 'InProgress',
    ...(fingerprint === undefined ? {} : { caFingerprint: fingerprint }),
    clusterHealth:
      before?.clusterHealthStatus === health ? before : { clusterHealthStatus: health, lastUpdated: new Date(now).toISOString() },
  };
};
