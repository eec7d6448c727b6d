/** Shortest interval between writes of reports when states change. */
export const stateGapMs = 2_000;
/** Shortest interval between writes with measurements only; a random delay is added in each cluster. */
export const measurementGapMs = 60_000;
/** The largest random delay, as a share: clusters that started together do not write together. */
const jitter = 0.2;

/**
 * How many milliseconds a report must wait; 0 when it is due.
 *
 * ```
 * last write     what differs        due
 * none           –                   at once
 * some time ago  states              2 s after it
 * some time ago  measurements only   60 to 72 s after it
 * ```
 *
 * The first change after a quiet time is written at once, so pacing delays only what follows it.
 *
 * @param since milliseconds since the last write, undefined when there was none
 * @param random from 0 to 1, the same for one cluster
 */
export const reportDelay = (since: number | undefined, statesDiffer: boolean, random: number): number => {
  if (since === undefined) return 0;
  const gap = statesDiffer ? stateGapMs : measurementGapMs * (1 + jitter * random);
  return Math.max(0, Math.ceil(gap - since));
};
