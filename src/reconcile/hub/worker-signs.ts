import type { Lease } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { clockAhead } from '../../plan/board/clock-ahead.ts';
import type { WorkerSign } from '../../plan/slices/cluster-status.ts';
import type { Clock } from '../../values/clock.ts';

interface Seen {
  readonly version: string | undefined;
  readonly at: number;
  readonly changed: boolean;
  /** The last differences of the clocks, the newest first, at most two. */
  readonly readings: readonly number[];
}

/** When the workers' Leases changed, by the clock of this process alone. */
export interface WorkerSigns {
  /** Begins to watch. */
  follow(leases: Pick<Mirror<Lease>, 'subscribe'>): void;
  /** Contact with the hub is restored: workers could not renew meanwhile, so each gets a whole lease duration. */
  contactFound(): void;
  /** The observations of the Lease with that key (`namespace/name`). */
  signOf(key: string): WorkerSign;
}

/** Signs without any observation. */
export const createWorkerSigns = (clock: Pick<Clock, 'now' | 'monotonic'>): WorkerSigns => {
  const seen = new Map<string, Seen>();
  return {
    follow: (leases) =>
      void leases.subscribe(({ type, key, object, initial }) => {
        if (type === 'deleted') return seen.delete(key);
        const renewed = object.spec?.renewTime;
        if (renewed === undefined) return undefined;
        const before = seen.get(key);
        const version = object.metadata.resourceVersion;
        if (before?.version === version) return undefined;
        // The initial object only proves an earlier renewal, at an unknown time.
        const readings = initial ? [] : [Date.parse(renewed) - clock.now(), ...(before?.readings ?? [])].slice(0, 2);
        return seen.set(key, { version, at: clock.monotonic(), changed: !initial, readings });
      }),
    contactFound: () => {
      for (const [key, one] of seen) seen.set(key, { ...one, at: clock.monotonic() });
    },
    signOf: (key) => {
      const one = seen.get(key);
      return {
        everConnected: one !== undefined,
        seenToChange: one?.changed === true,
        silentMs: one === undefined ? 0 : clock.monotonic() - one.at,
        aheadMs: one === undefined ? undefined : clockAhead(one.readings),
      };
    },
  };
};
