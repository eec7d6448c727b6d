import { type Clock, sleep } from '../values/clock.ts';

/** A rate: so many at once after a quiet time, then so many each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Lets work begin at a rate. Those that must wait go on one after another, in the order in which they came. */
export interface Pace {
  /** Resolves when one more may begin, which counts as many times as it weighs; `Interrupted` when the signal aborts before. */
  turn(weight: number, signal: AbortSignal): Promise<void>;
  /** When the last one had to wait, by the monotonic clock; undefined while none had to. */
  heldAt(): number | undefined;
}

/** A pace at which nothing has begun (the generic cell rate algorithm, ITU-T I.371). */
export const createPace = ({ burst, perSecond }: Rate, clock: Clock): Pace => {
  const gapMs = 1_000 / perSecond;
  /** When everything that has begun is worked off at the rate. */
  let doneAt = Number.NEGATIVE_INFINITY;
  let heldAt: number | undefined;
  return {
    turn: async (weight, signal) => {
      const now = clock.monotonic();
      doneAt = Math.max(doneAt, now) + weight * gapMs;
      const waitMs = doneAt - burst * gapMs - now;
      if (waitMs <= 0) return;
      heldAt = now;
      await sleep(clock, Math.ceil(waitMs), signal);
    },
    heldAt: () => heldAt,
  };
};
