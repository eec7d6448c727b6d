import { hasEnded, type Membership } from '../../../api/membership/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';
import { watching } from '../../../loop/watching.ts';
import { type Granted, grantedNow, isMembership, keptMembership } from '../../../plan/membership/granted.ts';
import { removeSlice } from '../cluster/cleanup.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import { receiveGrant } from './grant-verdict.ts';
import { createReceivedGrant, isSameSlice, type Received } from './received-grant.ts';
import { runSlice, type SessionDependencies } from './slice.ts';

interface Running {
  readonly grant: ReturnType<typeof createReceivedGrant>;
  readonly stop: () => Promise<void>;
}

/** How long a start waits for the hub before it uses the stored memberships, in milliseconds. */
const hubGraceMs = 5_000;

/**
 * One session for each slice that the hub granted this cluster. The key is the slice. A changed grant is passed to the session; the session ends and
 * is cleaned up only when the hub ends the membership.
 */
export const sessions = (dependencies: SessionDependencies, local: LocalWorld, memberships: Mirror<Membership>) => {
  const { clock } = dependencies;
  const began = clock.monotonic();
  const running = new Map<string, Running>();
  const listed = (): Membership[] => memberships.list().filter(isMembership);
  const known = (): Set<string> =>
    new Set([...listed().map(({ spec }) => spec.slice), ...local.slices.list().map(({ metadata }) => metadata.name)]);

  /** Whether this cluster has objects of the slice. A slice without any has nothing to keep when its membership is missing. */
  const isMade = (slice: string): boolean => running.has(slice) || local.sliceNodes.byIndex('slice', slice).length > 0;

  const grantedIn = (slice: string): Granted => {
    const shown = listed().filter(({ spec }) => spec.slice === slice);
    // A slice that was created again under the same name has its own membership beside the ended one.
    const current = shown.find((membership) => !hasEnded(membership)) ?? shown[0];
    const kept = isMade(slice) ? keptMembership(local.slices.get(`${memberNamespace}/${slice}`)) : undefined;
    return grantedNow(current, memberships.isSynced(), kept);
  };

  const start = (slice: string, received: Received, lifetime: AbortSignal): Running => {
    const stopping = new AbortController();
    const both = AbortSignal.any([lifetime, stopping.signal]);
    const grant = createReceivedGrant(received);
    const ended = runSlice(dependencies, grant, both).catch((error) => {
      if (both.aborted) return;
      // The rest of the failed session must not run beside its successor.
      stopping.abort();
      local.log.error('the session of a slice failed; the next resync starts it again', { slice, error });
      running.delete(slice);
    });
    return {
      grant,
      stop: async () => {
        stopping.abort();
        await ended;
      },
    };
  };

  const end = async (slice: string): Promise<void> => {
    await running.get(slice)?.stop();
    running.delete(slice);
  };

  return (lifetime: AbortSignal) => ({
    name: 'session',
    resync: { everyMs: 60_000, keys: known },
    watches: [
      watching(memberships, ({ object }) => (isMembership(object) ? [object.spec.slice] : [])),
      // A namespace that one slice gave up may be what another waits for.
      watching(local.slices, ({ object, previous }) =>
        previous?.metadata.generation === object.metadata.generation ? [object.metadata.name] : known(),
      ),
    ],
    reconcile: async (slice: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const waited = clock.monotonic() - began;
      if (!memberships.isSynced() && waited < hubGraceMs) return { againMs: hubGraceMs - waited };
      const granted = grantedIn(slice);
      if (granted.state === 'ended' || (granted.state === 'none' && memberships.isSynced() && !isMade(slice))) {
        await end(slice);
        await removeSlice(local, slice, clock.now(), signal);
      }
      if (!('membership' in granted)) return undefined;
      // A refused grant changes nothing: a session with the earlier grant continues.
      const received = await receiveGrant(local, granted.membership, granted.state === 'missing', clock, signal);
      if (received === undefined) return undefined;
      const now = running.get(slice);
      if (now !== undefined && isSameSlice(now.grant.current().membership.spec, received.membership.spec)) {
        now.grant.replace(received);
        return undefined;
      }
      await end(slice);
      running.set(slice, start(slice, received, lifetime));
      return undefined;
    },
  });
};
