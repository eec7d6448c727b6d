import { sliceKind } from '../../api/kinds.ts';
import { sliceFinalizer } from '../../api/labels.ts';
import { hasEnded } from '../../api/membership/type.ts';
import { exchangeNamespace, projectOfNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import { namespaceKind, roleBindingKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import type { Again } from '../../loop/controller.ts';
import { watching } from '../../loop/watching.ts';
import { accept } from '../../plan/membership/acceptance.ts';
import { membersBinding, planExchange } from '../../plan/membership/exchange.ts';
import { membersOf } from '../../plan/membership/members.ts';
import { sliceEvidence } from '../../plan/slices/slice-evidence.ts';
import { planSliceStatus } from '../../plan/slices/slice-status.ts';
import { statusDelay } from '../../plan/slices/status-pace.ts';
import type { Clock } from '../../values/clock.ts';
import { objectKey } from '../../values/object-key.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { boardRepairMs, createBoards } from './boards.ts';
import { markEnded } from './endings.ts';
import { allocate, dismissSurplus, holdsIn, membershipsOf, takeBack, writeMemberships, writeRetired } from './memberships.ts';
import { releaseNotices } from './notices.ts';
import type { ReportReader } from './reports.ts';
import { sliceOfBoard, type World } from './world.ts';

/**
 * Keeps slices: members, address blocks, the board and the access to it, and the status from the members' reports. Neither packets nor DNS depend on
 * it.
 */
export const sliceController = (world: World, clock: Clock, reader: ReportReader) => {
  const boards = createBoards(world, clock);
  /** When the status of each slice was last written, by the monotonic clock, by slice UID. */
  const writtenAt = new Map<string, number>();
  const suspendedIn = (board: string): ReadonlySet<string> =>
    new Set(world.writeRates.suspensions().flatMap((one) => (one.board === board ? [one.cluster] : [])));
  const keyOfBoard = (board: string): string[] => {
    const slice = sliceOfBoard(world, board);
    return slice === undefined ? [] : [`${slice.namespace}/${slice.name}`];
  };
  const slicesOf = (namespace: string | undefined): string[] =>
    world.slices
      .list()
      .filter((slice) => slice.metadata.namespace === namespace)
      .map((slice) => objectKey(slice.metadata));

  return {
    name: 'slice',
    resync: { everyMs: boardRepairMs, keys: () => world.slices.list().map((slice) => objectKey(slice.metadata)) },
    watches: [
      // Another slice may have taken or freed a namespace, so the other slices are reconciled too.
      watching(world.slices, (change) =>
        change.type === 'updated' && sameSpec(change) ? [change.key] : slicesOf(change.object.metadata.namespace),
      ),
      watching(world.clusters, (change) => slicesOf(change.object.metadata.namespace)),
      watching(world.memberships, (change) => [`${change.object.metadata.namespace}/${change.object.spec.slice}`]),
      watching(world.accessPolicies, ({ object, previous }) =>
        previous?.metadata.generation === object.metadata.generation && object.metadata.deletionTimestamp === undefined
          ? []
          : [object, ...(previous === undefined ? [] : [previous])].map(({ metadata, spec }) => `${metadata.namespace}/${spec.slice}`),
      ),
      watching(world.accessPolicies.serving, () => world.slices.list().map((slice) => objectKey(slice.metadata))),
      watching(world.links, (change) => keyOfBoard(change.object.metadata.namespace ?? '')),
      watching(world.writeRates, ({ board }) => keyOfBoard(board)),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<Again | undefined> => {
      const slice = world.slices.get(key);
      if (slice === undefined) return undefined;
      const { namespace = '', finalizers = [] } = slice.metadata;
      const project = projectOfNamespace(namespace);
      if (slice.metadata.deletionTimestamp !== undefined) {
        boards.forget(slice);
        writtenAt.delete(slice.metadata.uid ?? '');
        if (!finalizers.includes(sliceFinalizer)) return undefined;
        await withdraw(world, slice, clock, signal);
        const others = finalizers.filter((finalizer) => finalizer !== sliceFinalizer);
        await setFinalizers(world, slice, others, signal);
        return undefined;
      }
      // Slices outside a project's namespace are mirrors of a member cluster that is its own hub.
      if (project === undefined || namespace === 'kubeslice-system') return undefined;
      if (!finalizers.includes(sliceFinalizer)) await setFinalizers(world, slice, [...finalizers, sliceFinalizer], signal);

      if (await takeBack(world, membershipsOf(world, slice).filter(holdsIn(slice)), signal)) return undefined;
      const seen = observe(world, reader, slice);
      const acceptance = accept(slice, seen.neighbours, seen.members.joined, seen.running);
      const admitted = acceptance.admitted.map((cluster) => cluster.metadata.name);
      const allocation = await allocate(world, slice, admitted, signal);
      const { grants } = allocation;
      let againMs: number | undefined;
      if (grants.blocks.size > 0) {
        const suspended = suspendedIn(exchangeNamespace(slice.metadata.uid ?? ''));
        const state = { changed: grants.changed, empty: seen.reports.size === 0 };
        const exchange = planExchange(slice, project, namespace, [...grants.blocks.keys()], suspended);
        againMs = await boards.keep(slice, exchange, state, signal);
        await writeMemberships(world, slice, project, allocation, signal);
      }
      // Memberships come before the status: a failed write of the status must not keep a cluster in the slice.
      const retired = await writeRetired(world, allocation, signal);
      await dismissSurplus(world, allocation, clock, signal);
      const status = planSliceStatus(sliceEvidence({ ...seen, slice, acceptance, grants }), clock.now());
      const { sliceConfig: _, ...before } = { ...slice.status, ...(retired.length === 0 ? {} : { retiredBlocks: retired }) };
      const waits = againMs === undefined ? [] : [againMs];
      if (canonicalJson(before) !== canonicalJson(status)) {
        const { uid = '' } = slice.metadata;
        const written = writtenAt.get(uid);
        const delay = statusDelay(written === undefined ? undefined : clock.monotonic() - written, grants.blocks.size);
        if (delay > 0) waits.push(delay);
        else {
          await world.client.mergePatch(sliceKind, slice.metadata, { status }, { signal, subresource: 'status' });
          writtenAt.set(uid, clock.monotonic());
        }
      }
      return waits.length === 0 ? undefined : { againMs: Math.min(...waits) };
    },
  };
};

/** The current state of a slice's project and of its members. */
const observe = (world: World, reader: ReportReader, slice: Slice) => {
  const { namespace, uid = '' } = slice.metadata;
  const clusters = world.clusters.list().filter((cluster) => cluster.metadata.namespace === namespace);
  const reports = reader.of(world.links.byIndex('slice', exchangeNamespace(uid)));
  const holders = membershipsOf(world, slice)
    .filter(holdsIn(slice))
    .map((membership) => membership.spec.cluster);
  return {
    neighbours: world.slices.list().filter((other) => other.metadata.namespace === namespace),
    clusters,
    members: membersOf(slice.spec, clusters),
    reports,
    /** Clusters in which the slice runs. */
    policiesServed: world.accessPolicies.isServed(),
    running: new Set(holders.filter((cluster) => (reports.get(cluster)?.nodes ?? 0) > 0)),
  };
};

const sameSpec = (change: { object: Slice; previous?: Slice }): boolean =>
  change.previous?.metadata.generation === change.object.metadata.generation &&
  change.previous?.metadata.deletionTimestamp === change.object.metadata.deletionTimestamp;

const setFinalizers = async (world: World, slice: Slice, finalizers: readonly string[], signal: AbortSignal): Promise<void> => {
  const { resourceVersion } = slice.metadata;
  await world.client.mergePatch(sliceKind, slice.metadata, { metadata: { finalizers, resourceVersion } }, { signal });
};

/** Removes what was created for a slice: its memberships end, access to its board ends, and then the board is deleted. */
const withdraw = async (world: World, slice: Slice, clock: { now(): number }, signal: AbortSignal): Promise<void> => {
  const name = exchangeNamespace(slice.metadata.uid ?? '');
  await remove(world.client, roleBindingKind, { namespace: name, name: membersBinding }, signal);
  const standing = membershipsOf(world, slice).filter((one) => !hasEnded(one));
  await markEnded(world, standing, clock.now(), signal);
  // The notices are deleted with the board.
  await releaseNotices(world.client, name, signal);
  await remove(world.client, namespaceKind, { name }, signal);
};
