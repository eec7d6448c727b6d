import { budgets } from '../../api/budgets.ts';
import type { Cluster, ClusterStatus } from '../../api/cluster/type.ts';
import { type Condition, conditionOf, exceptionVerdicts, setCondition, type Verdict } from '../../api/condition.ts';
import { ignoredInCluster, ignoredVerdicts } from './ignored-fields.ts';

/** The observations of this process about a worker's Lease. The time in the Lease is by the member's clock and decides nothing. */
export interface WorkerSign {
  /** The worker has connected at least once: its Lease was renewed before. */
  readonly everConnected: boolean;
  /** This process has observed a change of the Lease. */
  readonly seenToChange: boolean;
  /** Milliseconds, by the monotonic clock, since the Lease changed, or, before a change, since it was first observed. */
  readonly silentMs: number;
  /** How far the member's clock is ahead of the hub's, in milliseconds, by the last renewals; undefined before there are any. */
  readonly aheadMs: number | undefined;
}

/** A worker that has not renewed its lease for this long is not connected, in milliseconds. */
export const workerLeaseMs = 40_000;

const ready = (status: Verdict['status'], reason: Verdict['reason'], message: string): Verdict => ({
  type: 'Ready',
  status,
  reason,
  message,
});

/** The condition in the status, unless it is that no cluster has joined. */
const standing = (cluster: Cluster): Condition | undefined => {
  const before = conditionOf(cluster.status?.conditions, 'Ready');
  return before?.reason === 'Registered' || before?.reason === 'ConnectionLost' ? before : undefined;
};

const verdictOf = (cluster: Cluster, sign: WorkerSign): Verdict => {
  const name = cluster.metadata.name;
  if (cluster.spec.caBundle === undefined) {
    return ready(
      'False',
      'WaitingForCluster',
      `Cluster ${name} has not joined yet; run "kubeslice token create ${name}" on the hub and "kubeslice join --token …" in the cluster.`,
    );
  }
  const waiting = ready(
    'False',
    'WaitingForCluster',
    `Cluster ${name} has joined, but its worker has not connected yet; see "kubectl -n kubeslice-system get pods" there.`,
  );
  if (!sign.everConnected) return waiting;
  const connected = ready('True', 'Registered', 'The worker is connected.');
  const lost = ready(
    'False',
    'ConnectionLost',
    `The worker of cluster ${name} has not renewed its lease for more than ${workerLeaseMs / 1000} s; existing traffic continues, changes wait. See "kubectl -n kubeslice-system logs deploy/kubeslice-worker" there.`,
  );
  if (sign.silentMs > workerLeaseMs) return lost;
  if (sign.seenToChange) return connected;
  const before = standing(cluster);
  if (before === undefined) return waiting;
  return before.reason === 'Registered' ? connected : lost;
};

/** Thresholds for the difference of two clocks, in milliseconds, the largest first. */
const skews = [
  [86_400_000, 'a day'],
  [3_600_000, 'an hour'],
  [600_000, 'ten minutes'],
  [60_000, 'a minute'],
] as const;

/** Whether the member's clock differs enough for the condition ClockSkew. */
export const isSkewed = ({ aheadMs }: WorkerSign): boolean => aheadMs !== undefined && Math.abs(aheadMs) >= 60_000;

const skewVerdict = (cluster: Cluster, { aheadMs }: WorkerSign): Verdict | undefined => {
  if (aheadMs === undefined) return undefined;
  const skew = skews.find(([ms]) => Math.abs(aheadMs) >= ms);
  if (skew !== undefined) {
    const message = `The clock of cluster ${cluster.metadata.name} is more than ${skew[1]} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the hub; only certificates and logs depend on it: check the time synchronisation there.`;
    return { type: 'ClockSkew', status: 'True', reason: 'ClockDiffers', message };
  }
  if (conditionOf(cluster.status?.conditions, 'ClockSkew') === undefined) return undefined;
  return { type: 'ClockSkew', status: 'False', reason: 'ClockAgrees', message: 'The clock of the cluster agrees with that of the hub.' };
};

const namesVerdicts = (cluster: Cluster): Verdict[] => {
  const { clusterDns } = cluster.status ?? {};
  if (clusterDns === undefined) return [];
  const { answers, reason, message } = clusterDns;
  return [{ type: 'NamesWired', status: answers ? 'True' : 'False', reason, message }];
};

/** A slice in which a cluster is suspended from publishing, and until when, in milliseconds since 1970. */
export interface ClusterSuspension {
  readonly slice: string;
  readonly until: number;
}

/** WithinBudgets: whether the cluster publishes no faster than its readers read. None for a cluster that always did. */
const rateVerdicts = (cluster: Cluster, suspensions: readonly ClusterSuspension[]): Verdict[] => {
  const type = 'WithinBudgets';
  const [last] = suspensions.toSorted((a, b) => b.until - a.until);
  const { burst, perSecond } = budgets.reads;
  const slices = suspensions
    .map(({ slice }) => slice)
    .toSorted()
    .join(', ');
  const exception: Verdict | undefined = last && {
    type,
    status: 'False',
    reason: 'BudgetReached',
    message: `Cluster ${cluster.metadata.name} changed its notices in slice ${slices} ${burst} times and then faster than ${perSecond} times a second, which no worker of KubeSlice does; it may not publish there until ${new Date(last.until).toISOString()}, and the others use what it published last. Find out what runs there as its worker; to remove it: kubectl delete cluster ${cluster.metadata.name}.`,
  };
  return exceptionVerdicts(cluster.status?.conditions, exception, {
    type,
    status: 'True',
    reason: 'Accepted',
    message: 'The cluster publishes no faster than the others read.',
  });
};

/**
 * The controller's part of a cluster's status: registration, health, the Ready condition, NamesWired as reported by the member, and, if there is a
 * reason, ClockSkew, FieldsIgnored and WithinBudgets. `fingerprint` is that of its authority, `now` is in milliseconds since 1970; fields of the
 * worker stay unchanged.
 *
 * ```
 * authority    lease                                          Ready
 * none         -                                              False  WaitingForCluster
 * joined       never renewed                                  False  WaitingForCluster
 * joined       silent for longer than it lasts                False  ConnectionLost
 * joined       observed to change                             True   Registered
 * joined       not yet observed to change by this process     unchanged: this process has just started
 * ```
 */
export const planClusterStatus = (
  cluster: Cluster,
  sign: WorkerSign,
  fingerprint: string | undefined,
  now: number,
  suspensions: readonly ClusterSuspension[] = [],
): Partial<ClusterStatus> => {
  const verdict = verdictOf(cluster, sign);
  const { generation } = cluster.metadata;
  let conditions = setCondition(cluster.status?.conditions, verdict, generation, new Date(now));
  const skew = skewVerdict(cluster, sign);
  const ignored = ignoredVerdicts(ignoredInCluster(cluster.spec), cluster.status?.conditions);
  for (const further of [
    ...(skew === undefined ? [] : [skew]),
    ...namesVerdicts(cluster),
    ...ignored,
    ...rateVerdicts(cluster, suspensions),
  ])
    conditions = setCondition(conditions, further, generation, new Date(now));
  const health = verdict.status === 'True' ? 'Normal' : 'Warning';
  const before = cluster.status?.clusterHealth;
  return {
    conditions: [...conditions],
    registrationStatus: sign.everConnected ? 'Registered' : cluster.spec.caBundle === undefined ? 'Pending' : 'InProgress',
    ...(fingerprint === undefined ? {} : { caFingerprint: fingerprint }),
    clusterHealth:
      before?.clusterHealthStatus === health ? before : { clusterHealthStatus: health, lastUpdated: new Date(now).toISOString() },
  };
};

/** After how many milliseconds to check a worker's sign again without a change; undefined while only a change matters. */
export const signDueMs = ({ everConnected, silentMs }: WorkerSign): number | undefined =>
  everConnected && silentMs <= workerLeaseMs ? workerLeaseMs - silentMs + 500 : undefined;
