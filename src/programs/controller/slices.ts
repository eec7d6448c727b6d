import { membershipKind, noticeKind, sliceKind } from '../../api/kinds.ts';
import { clusterLabel, sliceFinalizer, sliceLabel } from '../../api/labels.ts';
import type { Membership } from '../../api/membership/type.ts';
import { exchangeNamespace, projectOfNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { namespaceKind, roleBindingKind, roleKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { accept } from '../../plan/hub/acceptance.ts';
import { planExchange } from '../../plan/hub/exchange.ts';
import { planGrants } from '../../plan/hub/grants.ts';
import { membersOf } from '../../plan/hub/members.ts';
import { planMembership } from '../../plan/hub/membership.ts';
import { type MissingCluster, planSliceStatus } from '../../plan/hub/slice-status.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { objectKey } from '../../values/object-key.ts';
import { reportsOf } from './reports.ts';
import { fieldManager, sliceIndex, type World } from './world.ts';

const withdraw = async (world: World, slice: Slice, signal: AbortSignal): Promise<void> => {
  for (const membership of world.memberships.byIndex('slice', sliceIndex(slice.metadata.namespace, slice.metadata.name))) {
    await remove(world.client, membershipKind, membership.metadata, signal);
  }
  await remove(world.client, namespaceKind, { name: exchangeNamespace(slice.metadata.uid ?? '') }, signal);
};

/** Takes a cluster out: its grant goes, and what it had published. */
const dismiss = async (world: World, membership: Membership, signal: AbortSignal): Promise<void> => {
  await remove(world.client, membershipKind, membership.metadata, signal);
  const labelSelector = `${clusterLabel}=${membership.spec.cluster}`;
  await world.client.deleteAll(noticeKind, { signal, namespace: membership.spec.exchangeNamespace, labelSelector });
};

/** Notice boards and the rights to them are not watched; what somebody took away there is made again within this time, in milliseconds. */
const boardRepairMs = 600_000;

/**
 * Keeps slices: who is a member, which address blocks each has, the notice board and who may use it, and the status from what the
 * members report. Nothing that moves packets or answers names waits for it.
 */
export const sliceController = (world: World, clock: { now(): number }) => {
  const slicesOf = (namespace: string | undefined): string[] =>
    world.slices
      .list()
      .filter((slice) => slice.metadata.namespace === namespace)
      .map((slice) => objectKey(slice.metadata));

  /** The grants of a slice as the API server has them now: allocations must not be decided from an old picture. */
  const held = async (slice: Slice, signal: AbortSignal): Promise<readonly Membership[]> => {
    const selection = { namespace: slice.metadata.namespace ?? '', labelSelector: `${sliceLabel}=${slice.metadata.name}` };
    return (await world.client.list(membershipKind, { ...selection, signal })).items;
  };

  /** When the notice board and the rights to it were last made so, by slice UID. */
  const boardsMade = new Map<string, number>();

  return {
    name: 'slice',
    resync: { everyMs: boardRepairMs, keys: () => world.slices.list().map((slice) => objectKey(slice.metadata)) },
    watches: [
      // Another slice may have taken or freed a namespace, so the neighbours look again too.
      watching(world.slices, (change) =>
        change.type === 'updated' && sameSpec(change) ? [change.key] : slicesOf(change.object.metadata.namespace),
      ),
      watching(world.clusters, (change) => slicesOf(change.object.metadata.namespace)),
      watching(world.memberships, (change) => [`${change.object.metadata.namespace}/${change.object.spec.slice}`]),
      watching(world.links, (change) =>
        world.memberships
          .byIndex('exchange', change.object.metadata.namespace ?? '')
          .slice(0, 1)
          .map((membership) => `${membership.metadata.namespace}/${membership.spec.slice}`),
      ),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const slice = world.slices.get(key);
      if (slice === undefined) return;
      const { namespace = '' } = slice.metadata;
      const project = projectOfNamespace(namespace);
      if (slice.metadata.deletionTimestamp !== undefined) {
        boardsMade.delete(slice.metadata.uid ?? '');
        if (!slice.metadata.finalizers?.includes(sliceFinalizer)) return;
        await withdraw(world, slice, signal);
        await setFinalizers(
          world,
          slice,
          slice.metadata.finalizers.filter((finalizer) => finalizer !== sliceFinalizer),
          signal,
        );
        return;
      }
      // Slices outside a project's namespace are mirrors of a member cluster that is its own hub.
      if (project === undefined || namespace === 'kubeslice-system') return;
      if (!slice.metadata.finalizers?.includes(sliceFinalizer)) {
        await setFinalizers(world, slice, [...(slice.metadata.finalizers ?? []), sliceFinalizer], signal);
      }

      const neighbours = world.slices.list().filter((other) => other.metadata.namespace === namespace);
      const clusters = world.clusters.list().filter((cluster) => cluster.metadata.namespace === namespace);
      const members = membersOf(slice.spec, clusters);
      const reports = reportsOf(world.links.byIndex('slice', exchangeNamespace(slice.metadata.uid ?? '')));
      let memberships: readonly Membership[] = world.memberships.byIndex('slice', sliceIndex(namespace, slice.metadata.name));
      const holders = memberships.map((membership) => membership.spec.cluster);
      const running = new Set(holders.filter((cluster) => (reports.get(cluster)?.nodes ?? 0) > 0));
      const acceptance = accept(slice, neighbours, members.joined, running);
      const admitted = acceptance.admitted.map((cluster) => cluster.metadata.name);

      let grants = planGrants(slice.spec.sliceSubnet, admitted, memberships, slice.status?.retiredBlocks);
      if (grants.changed) {
        memberships = await held(slice, signal);
        grants = planGrants(slice.spec.sliceSubnet, admitted, memberships, slice.status?.retiredBlocks);
      }
      const granted = [...grants.blocks.keys()];
      if (granted.length > 0) {
        const exchange = planExchange(slice, project, namespace, granted);
        const apply = { fieldManager, signal };
        // Half of it, because looks come a little earlier than they are asked for.
        const age = clock.now() - (boardsMade.get(slice.metadata.uid ?? '') ?? 0);
        if (slice.status?.exchangeNamespace === undefined || grants.changed || age >= boardRepairMs / 2) {
          await applyObject(world.client, namespaceKind, exchange.namespace, apply);
          await applyObject(world.client, roleKind, exchange.role, apply);
          await applyObject(world.client, roleBindingKind, exchange.binding, apply);
          boardsMade.set(slice.metadata.uid ?? '', clock.now());
        }
        for (const [cluster, blocks] of grants.blocks) {
          const desired = planMembership(slice, project, cluster, blocks);
          const seen = memberships.find((membership) => membership.spec.cluster === cluster);
          const current = seen === undefined ? undefined : world.memberships.get(objectKey(desired.metadata));
          await applyObject(world.client, membershipKind, desired, current === undefined ? apply : { ...apply, seen: current });
        }
      }
      const missing = new Map<string, MissingCluster>();
      for (const [name, message] of acceptance.excluded) missing.set(name, { reason: 'SubnetOverlap', message });
      for (const name of members.unknown) {
        const message = `Cluster ${name} is not registered; join it with "kubeslice join ${name}" or remove it from spec.clusters.`;
        missing.set(name, { reason: 'UnknownCluster', message });
      }
      for (const name of members.waiting) {
        const message = `Cluster ${name} has not joined yet; run "kubeslice token create ${name}" and join with it.`;
        missing.set(name, { reason: 'WaitingForCluster', message });
      }
      const status = planSliceStatus(
        {
          slice,
          accepted: acceptance.verdict,
          exchangeNamespace: granted.length > 0 ? exchangeNamespace(slice.metadata.uid ?? '') : undefined,
          withoutBlock: grants.excluded,
          shortage: grants.shortage,
          retired: grants.retired,
          missing,
          clusters: granted.map((name) => ({
            name,
            blocks: grants.blocks.get(name) ?? [],
            connected: clusters.find((cluster) => cluster.metadata.name === name)?.status?.clusterHealth?.clusterHealthStatus === 'Normal',
            report: reports.get(name),
          })),
        },
        clock.now(),
      );
      const { sliceConfig: _, ...before } = slice.status ?? {};
      if (canonicalJson(before) !== canonicalJson(status)) {
        await world.client.mergePatch(sliceKind, slice.metadata, { status }, { signal, subresource: 'status' });
      }
      // Only now: the blocks of those who leave are written down as retired.
      for (const surplus of memberships.filter((membership) => !grants.blocks.has(membership.spec.cluster)))
        await dismiss(world, surplus, signal);
    },
  };
};

const sameSpec = (change: { object: Slice; previous?: Slice }): boolean =>
  change.previous?.metadata.generation === change.object.metadata.generation &&
  change.previous?.metadata.deletionTimestamp === change.object.metadata.deletionTimestamp;

const setFinalizers = async (world: World, slice: Slice, finalizers: readonly string[], signal: AbortSignal): Promise<void> => {
  const { resourceVersion } = slice.metadata;
  await world.client.mergePatch(sliceKind, slice.metadata, { metadata: { finalizers, resourceVersion } }, { signal });
};
