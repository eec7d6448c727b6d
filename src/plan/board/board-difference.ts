import { boardLagMs, isWithholding, type WithheldStatements } from '../../exchange/judgement/withheld.ts';
import { pauseMs } from './board-checks.ts';

/** How many consecutive times a cluster offered nothing new although it differed from the board, and until when it is therefore not read. */
export interface ReadingPause {
  readonly times: number;
  /** Milliseconds of a monotonic clock. */
  readonly until: number;
}

/** A cluster whose notices differed from the board's when it was read. */
export interface BoardDifference {
  readonly withheld: WithheldStatements;
  /** When it was read, in milliseconds of a monotonic clock. */
  readonly readAt: number;
  /** Whether the board withheld something of the cluster before. */
  readonly isSuspected: boolean;
  /** The pause after the previous differences. */
  readonly pause: ReadingPause | undefined;
}

/** The judgement of a difference. */
export type DifferenceVerdict =
  | { readonly is: 'open' }
  | { readonly is: 'withheld' /** The oldest of it, in milliseconds of the same clock. */; readonly since: number }
  | { readonly is: 'over' }
  | { readonly is: 'fruitless'; readonly pause: ReadingPause };

/**
 * Judges a difference at another comparison.
 *
 * ```
 * the board lacks                  then
 * something for longer than a lag  it withholds that: the cluster is suspected until the board has the same notices
 * something for less               open
 * nothing, and within a lag        open: the offered notices may not have been accepted here yet
 * nothing, of a suspected cluster  over: the board has it again
 * nothing, of another cluster      fruitless: it offered nothing new, so it is not read for a time that grows
 * ```
 */
export const judgeDifference = ({ withheld, readAt, isSuspected, pause }: BoardDifference, now: number): DifferenceVerdict => {
  if (isWithholding(withheld, now)) return { is: 'withheld', since: Math.min(...[...withheld.values()].map(({ since }) => since)) };
  if (withheld.size > 0 || now - readAt < boardLagMs) return { is: 'open' };
  if (isSuspected) return { is: 'over' };
  const times = (pause?.times ?? 0) + 1;
  return { is: 'fruitless', pause: { times, until: now + pauseMs(times) } };
};

/** Whether a cluster that differs is read now; not while it is paused because it offered nothing new before. */
export const mayRead = (pause: ReadingPause | undefined, now: number): boolean => now >= (pause?.until ?? 0);
