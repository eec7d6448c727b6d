/**
 * How far the clock of a member is ahead of the hub's, in milliseconds, by its last two renewals (time in the renewal less time of its arrival, the
 * newest first); undefined before there are two.
 *
 * The reading that is closer to zero counts: a renewal that arrives late, after an outage, resembles a clock that is behind, but only once.
 */
export const clockAhead = ([a, b]: readonly number[]): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.abs(a) < Math.abs(b) ? a : b;
