import type { Heads } from '../../exchange/heads.ts';
import { type Position, pageLimits } from '../../exchange/notice-page.ts';
import { type Clock, sleep } from '../../values/clock.ts';

/** What a watch over the summaries of one member works with. */
export interface HeadsWatchParts {
  readonly clock: Clock;
  /** Asks the member for its summary, as soon as its latest notice has another position than `after` or the wait is over. */
  readonly ask: (after: Position | undefined, waitMs: number, signal: AbortSignal) => Promise<Heads>;
  /** Takes a summary. */
  readonly take: (heads: Heads, signal: AbortSignal) => Promise<void>;
  /** Whether there is something to compare it with. */
  readonly isComparable: () => boolean;
  /** How long to wait after a failure, and after an answer that did not wait, in milliseconds. */
  readonly pauseMs: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** After news, how long until the next question, in milliseconds: changes come in groups. */
const newsPauseMs = 250;

/**
 * Asks one member all the time, until the signal aborts; then rejects with `Interrupted`. The member answers as soon as it offers something new, so that a
 * change which it cannot bring to the hub is known at once. A member of an older version answers at once, whatever it is asked, and is asked now and then.
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
