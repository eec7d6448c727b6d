import type { Heads } from '../../../exchange/notice/heads.ts';
import { type Position, pageLimits } from '../../../exchange/notice/notice-page.ts';
import { type Clock, sleep } from '../../../values/clock.ts';

/** What a watch of one member's summaries uses. */
export interface HeadsWatchParts {
  readonly clock: Clock;
  /** Requests the member's summary, as soon as its latest notice has another position than `after` or the wait is over. */
  readonly ask: (after: Position | undefined, waitMs: number, signal: AbortSignal) => Promise<Heads>;
  /** Receives a summary. */
  readonly take: (heads: Heads, signal: AbortSignal) => Promise<void>;
  /** Whether there is something to compare it with. */
  readonly isComparable: () => boolean;
  /** How long to wait after a failure, and after an answer that did not wait, in milliseconds. */
  readonly pauseMs: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** How long to wait after a change until the next request, in milliseconds: changes come in groups. */
const newsPauseMs = 250;

/**
 * Requests the summary of one member continuously, until the signal aborts; then rejects with `Interrupted`. The member answers as soon as it offers
 * something new, so that a change that it cannot bring to the hub is known at once. A member of an older version answers every request at once, and
 * is asked only periodically.
 */
export const watchHeads = async (parts: HeadsWatchParts, signal: AbortSignal): Promise<void> => {
  const { clock, ask, take, isComparable, onFailure } = parts;
  let seen: Position | undefined;
  let pauseMs = parts.pauseMs();
  for (;;) {
    await sleep(clock, pauseMs, signal);
    pauseMs = parts.pauseMs();
    if (!isComparable()) continue;
    const waitMs = seen === undefined ? 0 : pageLimits.waitMs;
    const askedAt = clock.monotonic();
    try {
      const heads = await ask(seen, waitMs, signal);
      const didWait = heads.position !== seen || clock.monotonic() - askedAt >= waitMs / 2;
      if (didWait) pauseMs = newsPauseMs;
      seen = heads.position;
      await take(heads, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      onFailure(error);
    }
  }
};
