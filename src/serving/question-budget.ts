import type { Clock } from '../values/clock.ts';

/** Limits of the reviews that clients cause in a minute. */
export interface QuestionLimits {
  /** Reviews for one address. */
  readonly each: number;
  /** Reviews for all addresses together. */
  readonly together: number;
  /** Reviews for one address even if the common limit is used up; others cannot use these. */
  readonly own: number;
  /** How many addresses are counted; further ones get no reviews. */
  readonly addresses: number;
}

/**
 * Counts the reviews that addresses cause in a minute, where an answer to an unknown client costs the API server a request. Neither one address nor
 * all of them together exceed the limits, and the memory is bounded.
 *
 * @returns whether the address may cause another review now, which then counts.
 */
export const createQuestionBudget = (limits: QuestionLimits, clock: Clock): ((from: string) => boolean) => {
  let caused = { minute: -1, together: 0, by: new Map<string, number>() };
  return (from) => {
    const minute = Math.floor(clock.monotonic() / 60_000);
    if (caused.minute !== minute) caused = { minute, together: 0, by: new Map() };
    const count = caused.by.get(from);
    if (count === undefined && caused.by.size >= limits.addresses) return false;
    if ((count ?? 0) >= (caused.together < limits.together ? limits.each : limits.own)) return false;
    caused.by.set(from, (count ?? 0) + 1);
    caused.together += 1;
    return true;
  };
};
