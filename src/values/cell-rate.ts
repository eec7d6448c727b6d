/** A rate: `burst` at once after a quiet time, then `perSecond` each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** When everything admitted so far is worked off at a rate; the only state of the algorithm. In milliseconds of a monotonic clock. */
export type DoneAt = number;

/** Nothing was admitted yet. */
export const nothingYet: DoneAt = Number.NEGATIVE_INFINITY;

/** The result of one arrival at a rate. */
export interface Arrival {
  /** The new state, if it is admitted. */
  readonly doneAt: DoneAt;
  /** From when on it conforms to the rate, in milliseconds of the same clock. Later than now: it arrives too early. */
  readonly conformsAt: number;
}

/** How long this much work takes at the rate, in milliseconds. */
export const workMs = ({ perSecond }: Rate, weight: number): number => (weight * 1_000) / perSecond;

/**
 * The generic cell rate algorithm (ITU-T I.371): an arrival of a given weight at `now`. Pure; a caller that admits it keeps `doneAt`, one that
 * refuses it keeps the old state.
 */
export const arrive = (rate: Rate, before: DoneAt, now: number, weight = 1): Arrival => {
  const doneAt = Math.max(before, now) + workMs(rate, weight);
  return { doneAt, conformsAt: doneAt - workMs(rate, rate.burst) };
};
