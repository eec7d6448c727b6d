import type { Clock } from '../../values/clock.ts';

/** How many questions may be caused in a minute. */
export interface QuestionLimits {
  /** By one address. */
  readonly each: number;
  /** By all addresses together. */
  readonly together: number;
  /** By one address though all together have caused too many: what nobody else can use up. */
  readonly own: number;
  /** How many addresses are counted; further ones cause none. */
  readonly addresses: number;
}

/**
 * Counts the questions that addresses cause in a minute, for an answer to strangers that costs the API server one: neither an address alone nor all of them
 * together cause more than the limits, and what is remembered is bounded.
 *
 * @returns whether the address may cause one more now, which then counts.
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
