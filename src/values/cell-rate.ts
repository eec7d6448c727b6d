/** A rate: so many at once after a quiet time, then so many each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** When everything that was let in is worked off at a rate: all that is remembered of it. In milliseconds of a clock that does not go back. */
export type DoneAt = number;

/** Nothing was let in yet. */
export const nothingYet: DoneAt = Number.NEGATIVE_INFINITY;

/** What one more makes of a rate. */
export interface Arrival {
  /** What is remembered, if it is let in. */
  readonly doneAt: DoneAt;
  /** From when on it keeps to the rate, in milliseconds of the same clock. Later than now: it comes too early. */
  readonly conformsAt: number;
}

/** How long so many take at the rate, in milliseconds. */
export const workMs = ({ perSecond }: Rate, weight: number): number => (weight * 1_000) / perSecond;

/**
 * The generic cell rate algorithm (ITU-T I.371): one more comes at `now`, which counts as many times as it weighs. Pure; whoever lets it in remembers
 * `doneAt`, whoever refuses it remembers what was before.
 */
export const arrive = (rate: Rate, before: DoneAt, now: number, weight = 1): Arrival => {
  const doneAt = Math.max(before, now) + workMs(rate, weight);
  return { doneAt, conformsAt: doneAt - workMs(rate, rate.burst) };
};
