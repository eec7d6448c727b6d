import { membershipKind } from '../../api/kinds.ts';
import { hasEnded, type Membership } from '../../api/membership/type.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { planEnded } from '../../plan/hub/ended-membership.ts';
import { Failure } from '../../values/failure.ts';
import { removeNotices } from './notices.ts';
import type { World } from './world.ts';

/**
 * Marks a membership as ended, and deletes the notices of the cluster from the board. The object stays, so that the others learn of the end: a missing
 * object ends nothing. `now` is in milliseconds since 1970.
 */
export const endMembership = async (world: World, { metadata, spec }: Membership, now: number, signal: AbortSignal): Promise<void> => {
  try {
    await world.client.mergePatch(membershipKind, metadata, { spec: { ended: new Date(now).toISOString() } }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
  await removeNotices(world.client, spec.exchangeNamespace, spec.cluster, { keepFarewell: true }, signal);
};

/** Looks after the memberships that ended: deletes late notices, and deletes the object after its retention time. */
export const endingController = (world: World, clock: { now(): number }) => ({
  name: 'ending',
  watches: [watching(world.memberships, ({ type, key, object }) => (type !== 'deleted' && hasEnded(object) ? [key] : []))],
  reconcile: async (key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const membership = world.memberships.get(key);
    const step = membership === undefined ? undefined : planEnded(membership, clock.now());
    if (membership === undefined || step === undefined) return undefined;
    const { exchangeNamespace, cluster } = membership.spec;
    await removeNotices(world.client, exchangeNamespace, cluster, { keepFarewell: !step.isOver }, signal);
    if (step.isOver) await remove(world.client, membershipKind, membership.metadata, signal);
    return step.againMs === undefined ? undefined : { againMs: step.againMs };
  },
});
