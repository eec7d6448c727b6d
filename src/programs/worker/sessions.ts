import type { Membership } from '../../api/membership/type.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { watching } from '../../loop/watching.ts';
import { removeSlice } from './cleanup.ts';
import { takesGrant } from './grant-verdict.ts';
import type { LocalWorld } from './local-world.ts';
import { runSlice, type SliceSurroundings } from './slice.ts';

interface Running {
  readonly grant: string;
  readonly stop: () => Promise<void>;
}

/**
 * One session for each slice that the hub granted this cluster. The key is the slice. A changed grant restarts the session, which costs
 * traffic nothing; a grant that is gone ends it and cleans up.
 */
export const sessions = (surroundings: SliceSurroundings, local: LocalWorld, memberships: Mirror<Membership>) => {
  const running = new Map<string, Running>();
  const grantOf = (slice: string): Membership | undefined =>
    memberships.list().find((membership) => membership.spec.slice === slice && membership.metadata.deletionTimestamp === undefined);

  const start = (membership: Membership, signal: AbortSignal): Running => {
    const stopping = new AbortController();
    const both = AbortSignal.any([signal, stopping.signal]);
    const { slice } = membership.spec;
    const ended = runSlice(surroundings, membership, both).catch((error) => {
      if (both.aborted) return;
      // What of it still runs must not run beside its successor.
      stopping.abort();
      local.log.error('the work for a slice ended; it starts anew at the next look', { slice, error });
      running.delete(slice);
    });
    return {
      grant: JSON.stringify(membership.spec),
      stop: async () => {
        stopping.abort();
        await ended;
      },
    };
  };

  return (lifetime: AbortSignal) => ({
    name: 'session',
    resync: { everyMs: 60_000, keys: () => memberships.list().map((membership) => membership.spec.slice) },
    watches: [
      watching(memberships, (change) => [change.object.spec.slice]),
      // Slices that were taken away while the worker was down.
      watching(local.slices, (change) => [change.object.metadata.name]),
    ],
    reconcile: async (slice: string, signal: AbortSignal): Promise<void> => {
      // Without word from the hub nothing is torn down: losing the control plane keeps state.
      if (!memberships.isSynced()) await memberships.synced(signal);
      const membership = grantOf(slice);
      const now = running.get(slice);
      if (membership !== undefined) {
        if (now?.grant === JSON.stringify(membership.spec)) return;
        // What is refused changes nothing: a session with the grant before it goes on.
        if (!(await takesGrant(local, membership, surroundings.clock, signal))) return;
        await now?.stop();
        running.set(slice, start(membership, lifetime));
        return;
      }
      await now?.stop();
      running.delete(slice);
      await removeSlice(local, slice, signal);
    },
  });
};
