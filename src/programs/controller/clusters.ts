import { clusterKind, noticeKind } from '../../api/kinds.ts';
import { clusterFinalizer, clusterLabel } from '../../api/labels.ts';
import { joinAccount, workerAccount } from '../../api/places.ts';
import { fingerprintOf } from '../../identity/fingerprint.ts';
import { leaseKind, roleBindingKind, roleKind, serviceAccountKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { planClusterStatus, workerLeaseMs } from '../../plan/hub/cluster-status.ts';
import type { World } from './world.ts';

const removeAccount = async (world: World, namespace: string, name: string, signal: AbortSignal): Promise<void> => {
  for (const kind of [roleBindingKind, roleKind, serviceAccountKind]) await remove(world.client, kind, { namespace, name }, signal);
};

/**
 * Keeps the registration of clusters: status from the worker's lease, the join account gone once the worker is connected, and everything
 * that a deleted cluster had on the hub removed before its finalizer comes off.
 */
export const clusterController = (world: World, clock: { now(): number }) => ({
  name: 'cluster',
  watches: [
    watching(world.clusters, (change) => [change.key]),
    watching(world.leases, (change) => {
      const cluster = change.object.metadata.labels?.[clusterLabel];
      if (cluster === undefined) return [];
      const key = `${change.object.metadata.namespace}/${cluster}`;
      // A renewal matters only when the cluster was not known to be connected; expiry is looked at by time.
      const known = world.clusters.get(key)?.status?.clusterHealth?.clusterHealthStatus === 'Normal';
      return change.type === 'updated' && known ? [] : [key];
    }),
  ],
  reconcile: async (key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const cluster = world.clusters.get(key);
    if (cluster === undefined) return undefined;
    const { name, namespace = '' } = cluster.metadata;

    if (cluster.metadata.deletionTimestamp !== undefined) {
      if (!cluster.metadata.finalizers?.includes(clusterFinalizer)) return undefined;
      await removeAccount(world, namespace, joinAccount(name), signal);
      await removeAccount(world, namespace, workerAccount(name), signal);
      const boards = new Set(world.memberships.list().map((membership) => membership.spec.exchangeNamespace));
      for (const board of boards) {
        await world.client.deleteAll(noticeKind, { signal, namespace: board, labelSelector: `${clusterLabel}=${name}` });
      }
      await remove(world.client, leaseKind, { namespace, name: workerAccount(name) }, signal);
      const finalizers = cluster.metadata.finalizers.filter((finalizer) => finalizer !== clusterFinalizer);
      await world.client.mergePatch(
        clusterKind,
        cluster.metadata,
        { metadata: { finalizers, resourceVersion: cluster.metadata.resourceVersion } },
        { signal },
      );
      return undefined;
    }

    if (!cluster.metadata.finalizers?.includes(clusterFinalizer)) {
      const finalizers = [...(cluster.metadata.finalizers ?? []), clusterFinalizer];
      await world.client.mergePatch(
        clusterKind,
        cluster.metadata,
        { metadata: { finalizers, resourceVersion: cluster.metadata.resourceVersion } },
        { signal },
      );
    }
    const lease = world.leases.get(`${namespace}/${workerAccount(name)}`);
    const renewed = lease?.spec?.renewTime;
    const now = clock.now();
    const sign = { seenAt: renewed === undefined ? undefined : Date.parse(renewed) };
    const fingerprint = cluster.spec.caBundle === undefined ? undefined : fingerprintOf(cluster.spec.caBundle);
    const status = planClusterStatus(cluster, sign, fingerprint, now);
    const changed = Object.entries(status).some(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(cluster.status?.[field as keyof typeof status]),
    );
    // The worker acts by its own account now, so the join token must not be worth anything any more. Before the status says that the worker
    // is connected, so that this is done once for each connection and a crash in between does not leave it out.
    const connected = status.clusterHealth?.clusterHealthStatus === 'Normal';
    if (connected && cluster.status?.clusterHealth?.clusterHealthStatus !== 'Normal') {
      await removeAccount(world, namespace, joinAccount(name), signal);
    }
    if (changed) await world.client.mergePatch(clusterKind, cluster.metadata, { status }, { signal, subresource: 'status' });
    return sign.seenAt === undefined
      ? undefined
      : { againMs: Math.max(1000, Math.min(workerLeaseMs, sign.seenAt + workerLeaseMs - now + 500)) };
  },
});
