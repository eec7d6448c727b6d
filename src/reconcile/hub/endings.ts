import { membershipKind } from '../../api/kinds.ts';
import { hasEnded, type Membership } from '../../api/membership/type.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { planEnded } from '../../plan/membership/ended-membership.ts';
import { Failure } from '../../values/failure.ts';
import { removeNotices } from './notices.ts';
import type { World } from './world.ts';

/**
 * Marks memberships as ended, and nothing else. The objects stay, so that the others receive the end: a missing object ends nothing. `now` is in
 * milliseconds since 1970.
 */
export const markEnded = async (world: World, memberships: readonly Membership[], now: number, signal: AbortSignal): Promise<void> => {
  for (const { metadata } of memberships) {
    try {
      await world.client.mergePatch(membershipKind, metadata, { spec: { ended: new Date(now).toISOString() } }, { signal });
    } catch (error) {
      if (!Failure.is(error, 'NotFound')) throw error;
    }
  }
};

/** Marks memberships as ended, and deletes the notices of their clusters except the farewells: each board is listed once. */
export const endMemberships = async (world: World, memberships: readonly Membership[], now: number, signal: AbortSignal): Promise<void> => {
  await markEnded(world, memberships, now, signal);
  for (const [board, ended] of Map.groupBy(memberships, ({ spec }) => spec.exchangeNamespace))
    await removeNotices(world.client, board, new Map(ended.map(({ spec }) => [spec.cluster, true])), signal);
};

/**
 * Handles ended memberships: deletes late notices, and deletes the object after its retention time. The key is the namespace of the board, so that
 * one list of the board serves all clusters that left it.
 */
export const endingController = (world: World, clock: { now(): number }) => ({
  name: 'ending',
  watches: [
    watching(world.memberships, ({ type, object }) => (type !== 'deleted' && hasEnded(object) ? [object.spec.exchangeNamespace] : [])),
  ],
  reconcile: async (board: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const now = clock.now();
    const ended = world.memberships.byIndex('exchange', board).flatMap((membership) => {
      const step = planEnded(membership, now);
      return step === undefined ? [] : [{ membership, step }];
    });
    // A cluster that left twice with two objects keeps its farewell for the later one.
    const sweeps = new Map<string, boolean>();
    for (const { membership, step } of ended)
      sweeps.set(membership.spec.cluster, !step.isOver || sweeps.get(membership.spec.cluster) === true);
    await removeNotices(world.client, board, sweeps, signal);
    for (const { membership, step } of ended) if (step.isOver) await remove(world.client, membershipKind, membership.metadata, signal);
    const waits = ended.flatMap(({ step }) => step.againMs ?? []);
    return waits.length === 0 ? undefined : { againMs: Math.min(...waits) };
  },
});
