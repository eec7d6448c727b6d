import { arrive, nothingYet, type Rate, workMs } from '../values/cell-rate.ts';

/**
 * Turns of keys at a rate, for work that is retried later instead of waiting. A key that comes too early gets the time of its turn and keeps that
 * turn; until then it costs nothing, however often it comes.
 */
export interface Turns {
  /**
   * How many milliseconds the key must wait at `now` (by the monotonic clock); 0 when it is its turn, which this call uses.
   *
   * @param weight how many turns it takes; the weight at the time of the reservation counts. @default 1
   */
  take(key: string, now: number, weight?: number): number;
  /** The key needs no turn any more: its reservation is released. */
  forget(key: string): void;
  /** When a key last had to wait, by the monotonic clock; undefined if none had to. */
  heldAt(): number | undefined;
}

/** Turns without reservations. */
export const createTurns = (rate: Rate): Turns => {
  /** When all reservations are worked off. */
  let allDoneAt = nothingYet;
  let heldAt: number | undefined;
  /** Reserved turns, by key. */
  const promised = new Map<string, { readonly turnAt: number; readonly weight: number }>();
  return {
    take: (key, now, weight = 1) => {
      let mine = promised.get(key);
      if (mine === undefined) {
        const { doneAt, conformsAt } = arrive(rate, allDoneAt, now, weight);
        allDoneAt = doneAt;
        mine = { turnAt: conformsAt, weight };
      }
      if (mine.turnAt <= now) {
        promised.delete(key);
        return 0;
      }
      promised.set(key, mine);
      heldAt = now;
      return mine.turnAt - now;
    },
    forget: (key) => {
      const mine = promised.get(key);
      if (mine === undefined) return;
      promised.delete(key);
      // The next key is served sooner; other reservations stay.
      allDoneAt -= workMs(rate, mine.weight);
    },
    heldAt: () => heldAt,
  };
};
