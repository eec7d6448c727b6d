import type { Rate } from './pace.ts';

/**
 * Turns of keys at a rate, for work that is tried again later instead of being waited for: whoever comes too early is told when its turn is, keeps that
 * turn, and costs nothing until then, however often it comes.
 */
export interface Turns {
  /**
   * How many milliseconds the key must wait at `now` (by the monotonic clock); 0 when it is its turn, which is used up then.
   *
   * @param weight how many turns it takes; what it was when the turn was promised counts. @default 1
   */
  take(key: string, now: number, weight?: number): number;
  /** When a key last had to wait, by the monotonic clock; undefined while none had to. */
  heldAt(): number | undefined;
}

/** No turn is taken yet (the generic cell rate algorithm, ITU-T I.371, with reservations). */
export const createTurns = ({ burst, perSecond }: Rate): Turns => {
  const gapMs = 1_000 / perSecond;
  /** When everything that was promised is worked off at the rate. */
  let doneAt = Number.NEGATIVE_INFINITY;
  let heldAt: number | undefined;
  /** Turns that were promised, by key. */
  const promised = new Map<string, number>();
  return {
    take: (key, now, weight = 1) => {
      let turnAt = promised.get(key);
      if (turnAt === undefined) {
        doneAt = Math.max(doneAt, now) + weight * gapMs;
        turnAt = doneAt - burst * gapMs;
      }
      if (turnAt <= now) {
        promised.delete(key);
        return 0;
      }
      promised.set(key, turnAt);
      heldAt = now;
      return turnAt - now;
    },
    heldAt: () => heldAt,
  };
};
