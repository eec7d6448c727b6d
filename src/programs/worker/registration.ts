import { clusterKind } from '../../api/kinds.ts';
import { workerAccount } from '../../api/places.ts';
import { leaseKind } from '../../kubernetes/kinds.ts';
import { planClusterFacts } from '../../plan/worker/cluster-facts.ts';
import type { Clock } from '../../values/clock.ts';
import type { Hub } from './hub.ts';
import type { LocalWorld } from './local-world.ts';
import { serviceNetworks } from './service-networks.ts';

/** How often the worker shows the hub that it is there, in milliseconds. */
export const heartbeatMs = 10_000;

/** Renews this cluster's lease on the hub; it was made when the cluster joined. */
export const beat = async (hub: Hub, clock: Clock, signal: AbortSignal): Promise<void> => {
  // Leases keep microseconds (`metav1.MicroTime`).
  const renewTime = new Date(clock.now()).toISOString().replace('Z', '000Z');
  const target = { namespace: hub.namespace, name: workerAccount(hub.cluster) };
  const spec = { holderIdentity: hub.cluster, leaseDurationSeconds: 40, renewTime };
  await hub.client.mergePatch(leaseKind, target, { spec }, { signal, timeoutMs: heartbeatMs });
};

/** Reports to the hub what kind of cluster this is: nodes, networks, versions. Writes only what changed. */
export const reportFacts = async (hub: Hub, local: LocalWorld, version: string, signal: AbortSignal): Promise<void> => {
  const cluster = await hub.client.get(clusterKind, { namespace: hub.namespace, name: hub.cluster }, { signal });
  const info = (await local.client.raw('/version', { signal })) as { gitVersion?: string };
  const facts = planClusterFacts({
    nodes: local.nodes.list(),
    serviceNetworks: await serviceNetworks(local, signal),
    version,
    kubernetesVersion: info.gitVersion ?? '',
  });
  const changed = Object.entries(facts).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(cluster.status?.[field as keyof typeof facts]),
  );
  if (changed.length === 0) return;
  await hub.client.mergePatch(clusterKind, cluster.metadata, { status: Object.fromEntries(changed) }, { signal, subresource: 'status' });
};
