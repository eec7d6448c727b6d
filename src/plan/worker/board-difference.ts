import { boardLagMs, isWithholding, type WithheldStatements } from '../../exchange/withheld.ts';
import { pauseMs } from './board-checks.ts';

/** How often in a row a cluster offered nothing new although it differed from the board, and until when it is therefore not read. */
export interface ReadingPause {
  readonly times: number;
  /** Milliseconds of a clock that does not go back. */
  readonly until: number;
}

/** A cluster whose notices were not the same as those on the board when it was read. */
export interface BoardDifference {
  readonly withheld: WithheldStatements;
  /** When it was read, in milliseconds of a clock that does not go back. */
  readonly readAt: number;
  /** Whether the board was found before to withhold something of the cluster. */
  readonly isSuspected: boolean;
  /** The pause that the differences before this one led to. */
  readonly pause: ReadingPause | undefined;
}

/** What a difference comes to. */
export type DifferenceVerdict =
  | { readonly is: 'open' }
  | { readonly is: 'withheld' /** The oldest of it, in milliseconds of the same clock. */; readonly since: number }
  | { readonly is: 'over' }
  | { readonly is: 'fruitless'; readonly pause: ReadingPause };

/**
 * Judges a difference at a further look.
 *
 * ```
 * the board lacks                  then
 * something for longer than a lag  it withholds that: the cluster is suspected until the board shows the same as it
 * something for less               open
 * nothing, and within a lag        open: what the cluster offered may not have been accepted here yet
 * nothing, of a suspected cluster  over: the board shows it again
 * nothing, of another cluster      fruitless: it offered nothing that counts, so it is not read for longer with each time in a row
 * ```
 */
export const judgeDifference = ({ withheld, readAt, isSuspected, pause }: BoardDifference, now: number): DifferenceVerdict => {
  if (isWithholding(withheld, now)) return { is: 'withheld', since: Math.min(...[...withheld.values()].map(({ since }) => since)) };
  if (withheld.size > 0 || now - readAt < boardLagMs) return { is: 'open' };
  if (isSuspected) return { is: 'over' };
  const times = (pause?.times ?? 0) + 1;
  return { is: 'fruitless', pause: { times, until: now + pauseMs(times) } };
};

/** Whether a cluster that differs is read now, or left alone because it offered nothing new before. */
export const mayRead = (pause: ReadingPause | undefined, now: number): boolean => now >= (pause?.until ?? 0);
