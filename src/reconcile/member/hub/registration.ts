import type { Condition } from '../../../api/condition.ts';
import { clusterKind } from '../../../api/kinds.ts';
import { workerAccount } from '../../../api/places.ts';
import { leaseKind } from '../../../kubernetes/kinds.ts';
import { planHubVerdict, troubleOf } from '../../../plan/board/hub-verdict.ts';
import { planClusterFacts } from '../../../plan/slices/cluster-facts.ts';
import type { Clock } from '../../../values/clock.ts';
import type { Failure } from '../../../values/failure.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import { serviceNetworks } from '../cluster/service-networks.ts';
import type { ConnectionReport } from './connection-report.ts';
import type { Hub } from './hub.ts';

/** The interval of the worker's heartbeats to the hub, in milliseconds. */
export const heartbeatMs = 10_000;

/** Renews this cluster's lease on the hub; it was created when the cluster joined. */
export const beat = async (hub: Hub, clock: Clock, signal: AbortSignal): Promise<void> => {
  // Leases keep microseconds (`metav1.MicroTime`).
  const renewTime = new Date(clock.now()).toISOString().replace('Z', '000Z');
  const target = { namespace: hub.namespace, name: workerAccount(hub.cluster) };
  const spec = { holderIdentity: hub.cluster, leaseDurationSeconds: 40, renewTime };
  await hub.client.mergePatch(leaseKind, target, { spec }, { signal, timeoutMs: heartbeatMs });
};

/** Renews the lease and reports the outcome in this cluster: only the worker knows why the hub is unreachable. */
export const reportedHeartbeat = async (hub: Hub, connection: ConnectionReport, clock: Clock, signal: AbortSignal): Promise<void> => {
  try {
    await beat(hub, clock, signal);
  } catch (error) {
    if (!signal.aborted) await connection.set(planHubVerdict(hub.cluster, error), signal);
    throw error;
  }
  await connection.set(planHubVerdict(hub.cluster, undefined), signal);
};

/**
 * Reports in this cluster why contact with the hub was lost: at once when the hub does not answer. A refusal may concern one request only, so a
 * renewal of the lease decides whether this cluster is refused.
 */
export const reportLostHub = async (
  hub: Hub,
  connection: ConnectionReport,
  why: Failure | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  if (why !== undefined && troubleOf(why) === 'away') await connection.set(planHubVerdict(hub.cluster, why), signal);
  else await reportedHeartbeat(hub, connection, clock, signal);
};

/** What the worker knows beside the objects of the API server. */
export interface WorkerFacts {
  /** Version of this worker. */
  readonly version: string;
  /** Condition NamesWired, once known. */
  readonly names: Condition | undefined;
}

/** Reports the facts of this cluster to the hub: nodes, networks, versions. Writes only changes. */
export const reportFacts = async (hub: Hub, local: LocalWorld, { version, names }: WorkerFacts, signal: AbortSignal): Promise<void> => {
  const cluster = await hub.client.get(clusterKind, { namespace: hub.namespace, name: hub.cluster }, { signal });
  const info = (await local.client.raw('/version', { signal })) as { gitVersion?: string };
  const facts = planClusterFacts({
    nodes: local.nodes.list(),
    serviceNetworks: await serviceNetworks(local, signal),
    version,
    names,
    kubernetesVersion: info.gitVersion ?? '',
  });
  const changed = Object.entries(facts).filter(
    ([field, value]) => canonicalJson(value ?? null) !== canonicalJson(cluster.status?.[field as keyof typeof facts] ?? null),
  );
  if (changed.length === 0) return;
  await hub.client.mergePatch(clusterKind, cluster.metadata, { status: Object.fromEntries(changed) }, { signal, subresource: 'status' });
};
