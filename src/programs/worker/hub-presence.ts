import type { Clock } from '../../values/clock.ts';

/** How long contact with the hub must have been lost before statements hold beyond their expiry, in milliseconds. */
const awayAfterMs = 60_000;

/** How long they go on to hold after contact is back, in milliseconds: every cluster must have had time to renew its own. */
const graceMs = 600_000;

/** Whether the hub is, or was until a moment ago, away for so long that statements cannot have been renewed. */
export interface HubPresence {
  /** Contact was lost or found again. */
  readonly changed: (contact: 'lost' | 'found') => void;
  readonly wasAway: () => boolean;
}

/** Before the first contact the hub counts as away: nobody knows for how long. Durations are measured by the monotonic clock. */
export const createHubPresence = (clock: Pick<Clock, 'monotonic'>): HubPresence => {
  let lostAt: number | undefined = Number.NEGATIVE_INFINITY;
  let graceUntil = Number.NEGATIVE_INFINITY;
  const isAway = (): boolean => lostAt !== undefined && clock.monotonic() - lostAt > awayAfterMs;
  return {
    changed: (contact) => {
      if (contact === 'lost') lostAt ??= clock.monotonic();
      else {
        if (isAway()) graceUntil = clock.monotonic() + graceMs;
        lostAt = undefined;
      }
    },
    wasAway: () => isAway() || clock.monotonic() < graceUntil,
  };
};
