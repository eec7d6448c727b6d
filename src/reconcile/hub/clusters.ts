import { conditionOf } from '../../api/condition.ts';
import { credentialRequestName } from '../../api/credentialrequest/type.ts';
import { clusterKind, credentialRequestKind } from '../../api/kinds.ts';
import { clusterFinalizer, clusterLabel } from '../../api/labels.ts';
import { hasEnded } from '../../api/membership/type.ts';
import { credentialRequestAccount, hubNamespace, joinAccount, projectOfNamespace, renewalRole, workerAccount } from '../../api/places.ts';
import { fingerprintOf } from '../../identity/fingerprint.ts';
import { leaseKind, roleBindingKind, roleKind, serviceAccountKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { isSkewed, planClusterStatus, signDueMs } from '../../plan/slices/cluster-status.ts';
import { endMemberships } from './endings.ts';
import { sliceOfBoard, type World } from './world.ts';

const removeAccount = async (world: World, namespace: string, name: string, signal: AbortSignal): Promise<void> => {
  for (const kind of [roleBindingKind, roleKind, serviceAccountKind]) await remove(world.client, kind, { namespace, name }, signal);
};

/**
 * Keeps the registration of clusters: it sets the status from the worker's lease, deletes the join account once the worker is connected, and removes
 * everything of a deleted cluster from the hub before its finalizer.
 */
export const clusterController = (world: World, clock: { now(): number }) => {
  /** Connected clusters whose join account was deleted. */
  const joinEnded = new Set<string>();
  return {
    name: 'cluster',
    watches: [
      watching(world.clusters, (change) => [change.key]),
      watching(world.leases, (change) => {
        const cluster = change.object.metadata.labels?.[clusterLabel];
        if (cluster === undefined) return [];
        const key = `${change.object.metadata.namespace}/${cluster}`;
        const { clusterHealth, conditions } = world.clusters.get(key)?.status ?? {};
        // A renewal matters only when the cluster was not known to be connected, or for its clock; expiry is checked by time.
        const known = clusterHealth?.clusterHealthStatus === 'Normal' && joinEnded.has(key);
        const skewed = conditionOf(conditions, 'ClockSkew')?.status === 'True';
        return change.type === 'updated' && known && skewed === isSkewed(world.signs.signOf(change.key)) ? [] : [key];
      }),
      watching(world.writeRates, ({ board, cluster }) => {
        const slice = sliceOfBoard(world, board);
        return slice === undefined ? [] : [`${slice.namespace}/${cluster}`];
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
        for (const kind of [roleBindingKind, roleKind]) await remove(world.client, kind, { namespace, name: renewalRole(name) }, signal);
        const project = projectOfNamespace(namespace);
        if (project !== undefined) {
          await removeAccount(world, hubNamespace, credentialRequestAccount(project, name), signal);
          await remove(
            world.client,
            credentialRequestKind,
            { namespace: hubNamespace, name: credentialRequestName(project, name) },
            signal,
          );
        }
        const own = world.memberships.list().filter((one) => one.metadata.namespace === namespace && one.spec.cluster === name);
        await endMemberships(
          world,
          own.filter((one) => !hasEnded(one)),
          clock.now(),
          signal,
        );
        world.writeRates.forget(
          name,
          own.map(({ spec }) => spec.exchangeNamespace),
        );
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
      const sign = world.signs.signOf(`${namespace}/${workerAccount(name)}`);
      const fingerprint = cluster.spec.caBundle === undefined ? undefined : fingerprintOf(cluster.spec.caBundle);
      const suspensions = world.writeRates.suspensions().flatMap((one) => {
        const slice = sliceOfBoard(world, one.board);
        return one.cluster === name && slice?.namespace === namespace ? [{ slice: slice.name, until: one.until }] : [];
      });
      const status = planClusterStatus(cluster, sign, fingerprint, clock.now(), suspensions);
      const changed = Object.entries(status).some(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(cluster.status?.[field as keyof typeof status]),
      );
      // The worker uses its own account now, so the join token must become useless. This happens before the status shows that the worker is
      // connected, and by this process's own observation, because others write the status too.
      const connected = sign.seenToChange && status.clusterHealth?.clusterHealthStatus === 'Normal';
      if (!connected) joinEnded.delete(key);
      else if (!joinEnded.has(key)) {
        await removeAccount(world, namespace, joinAccount(name), signal);
        joinEnded.add(key);
      }
      if (changed) await world.client.mergePatch(clusterKind, cluster.metadata, { status }, { signal, subresource: 'status' });
      const againMs = signDueMs(sign);
      return againMs === undefined ? undefined : { againMs };
    },
  };
};
