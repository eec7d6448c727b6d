import { budgets } from '../../api/budgets.ts';
import { arrive, type DoneAt, nothingYet } from '../../values/cell-rate.ts';

/** The write rate of one member on one board. Times are milliseconds of a monotonic clock. */
export interface WriteRate {
  /** The state of its rate. */
  readonly doneAt: DoneAt;
  /** Until when it may not write. */
  readonly suspendedUntil: number;
  /** How often it was suspended recently. */
  readonly suspensions: number;
}

/** Duration of the first suspension; each further one lasts twice as long, at most an hour; milliseconds. */
const firstMs = 300_000;
const longestMs = 3_600_000;
/** After so long without a suspension the earlier ones no longer count, in milliseconds. */
const forgottenAfterMs = 7_200_000;

/** A member that has written nothing. */
export const noWrites: WriteRate = { doneAt: nothingYet, suspendedUntil: Number.NEGATIVE_INFINITY, suspensions: 0 };

/** Whether the member may not write at `now`. */
export const isSuspended = ({ suspendedUntil }: WriteRate, now: number): boolean => now < suspendedUntil;

/** Whether the rate at `now` equals that of a member that has written nothing, and need not be kept. */
export const isForgotten = ({ doneAt, suspendedUntil }: WriteRate, now: number): boolean =>
  doneAt <= now && now - suspendedUntil > forgottenAfterMs;

/**
 * The rate after one more write at `now`: a member may write as much as its readers verify (`budgets.reads`), twice the rate of an honest worker. A
 * member that writes faster is suspended for five minutes, then ten, and so on up to an hour.
 */
export const afterWrite = (rate: WriteRate, now: number, weight = 1): WriteRate => {
  // Writes in flight at the suspension.
  if (isSuspended(rate, now)) return rate;
  const { doneAt, conformsAt } = arrive(budgets.reads, rate.doneAt, now, weight);
  if (conformsAt <= now) return { ...rate, doneAt };
  const suspensions = now - rate.suspendedUntil > forgottenAfterMs ? 1 : rate.suspensions + 1;
  return { doneAt: now, suspendedUntil: now + Math.min(longestMs, firstMs * 2 ** (suspensions - 1)), suspensions };
};
