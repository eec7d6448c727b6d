import { type Backoff, backoffDelay, type Random } from '../values/backoff.ts';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { createFifo, type Fifo } from './fifo.ts';
import { createLanes } from './lanes.ts';

/** Changes are `high`; resyncs (start-up, periodic) are `low` and must not delay them. */
export type Priority = 'high' | 'low';

/** A key handed out for work, and how long it was ready before. */
export type Taken = { readonly key: string; readonly priority: Priority; readonly waitedMs: number };

/**
 * Keys that need work. However often a key is added, it is handed out once, and never to two workers at a time. A key that is added during its work
 * is handed out again afterwards, so no change is missed.
 *
 * A key has at most one waiting state, and the soonest wins: adding it without delay ends its delay. Work on a key always uses the whole state, so
 * earlier work replaces later work or requests it again.
 */
export type Queue = {
  add(key: string, options?: { readonly priority?: Priority; readonly afterMs?: number }): void;
  /** The next key, high before low (but every eighth time low first, so that it never starves); rejects with `Interrupted`. */
  take(signal: AbortSignal): Promise<Taken>;
  /** The work on a key has ended. */
  done(key: string): void;
  /** Adds the key again after a wait that grows with each consecutive failure; returns the wait in milliseconds. */
  retry(key: string, backoff: Backoff): number;
  /** The key succeeded: its next failure counts as the first. */
  forget(key: string): void;
  /** Consecutive failures. */
  failures(key: string): number;
  /** Makes every key that waits for a retry ready now, for example because the server answers again. */
  retryAll(): void;
  /** How many keys are in which state. */
  depth(): { readonly ready: number; readonly delayed: number; readonly running: number };
  /** Ends all delays. Keys added from now on are ignored. */
  close(): void;
};

const lowTurn = 8;

type Waiter = { resolve(taken: Taken): void };
type Delay = { readonly due: number; readonly priority: Priority; readonly isRetry: boolean; readonly cancel: () => void };

/** Options of a queue. */
export type QueueOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** The lane of a key; lanes of one priority take turns. Without it there is one lane. */
  readonly laneOf?: ((key: string) => string) | undefined;
};

/** An empty queue. */
export const createQueue = ({ clock, random, laneOf }: QueueOptions): Queue => {
  const lanes = (): Fifo<number> => (laneOf === undefined ? createFifo() : createLanes(laneOf));
  // The value is the time when the key became ready.
  const ready: Record<Priority, Fifo<number>> = { high: lanes(), low: lanes() };
  const delayed = new Map<string, Delay>();
  /** Keys being processed, with the priority at which they were added meanwhile. */
  const running = new Map<string, Priority | undefined>();
  const failed = new Map<string, number>();
  const waiters = new Set<Waiter>();
  let turns = 0;
  let closed = false;

  const higher = (a: Priority | undefined, b: Priority): Priority => (a === 'high' ? 'high' : b);

  const makeReady = (key: string, priority: Priority): void => {
    delayed.get(key)?.cancel();
    delayed.delete(key);
    if (running.has(key)) {
      running.set(key, higher(running.get(key), priority));
      return;
    }
    if (ready.high.has(key) || (priority === 'low' && ready.low.has(key))) return;
    const since = ready.low.get(key) ?? clock.monotonic();
    ready.low.delete(key);
    ready[priority].set(key, since);
    const [waiter] = waiters;
    if (waiter === undefined) return;
    waiters.delete(waiter);
    waiter.resolve(next() as Taken);
  };

  const delay = (key: string, priority: Priority, afterMs: number, isRetry: boolean): void => {
    if (isReady(key)) return;
    const due = clock.monotonic() + afterMs;
    const before = delayed.get(key);
    if (before !== undefined && before.due <= due) return;
    before?.cancel();
    const cancel = clock.after(afterMs, () => makeReady(key, priority));
    delayed.set(key, { due, priority, isRetry, cancel });
  };

  const isReady = (key: string): boolean => ready.high.has(key) || ready.low.has(key) || running.get(key) !== undefined;

  const next = (): Taken | undefined => {
    turns += 1;
    const lowFirst = turns % lowTurn === 0;
    for (const priority of lowFirst ? (['low', 'high'] as const) : (['high', 'low'] as const)) {
      const first = ready[priority].shift();
      if (first === undefined) continue;
      const [key, since] = first;
      running.set(key, undefined);
      return { key, priority, waitedMs: clock.monotonic() - since };
    }
    return undefined;
  };

  return {
    add: (key, { priority = 'high', afterMs = 0 } = {}) => {
      if (closed) return;
      if (afterMs > 0) delay(key, priority, afterMs, false);
      else makeReady(key, priority);
    },
    take: (signal) =>
      new Promise((resolve, reject) => {
        const interrupted = (): void => {
          waiters.delete(waiter);
          reject(new Failure('Interrupted', 'Waiting for work was cancelled.', { cause: signal.reason }));
        };
        const waiter: Waiter = {
          resolve: (taken) => {
            signal.removeEventListener('abort', interrupted);
            resolve(taken);
          },
        };
        if (signal.aborted) return interrupted();
        const taken = next();
        if (taken !== undefined) return resolve(taken);
        waiters.add(waiter);
        signal.addEventListener('abort', interrupted, { once: true });
      }),
    done: (key) => {
      const again = running.get(key);
      running.delete(key);
      if (again !== undefined && !closed) makeReady(key, again);
    },
    retry: (key, backoff) => {
      const failures = (failed.get(key) ?? 0) + 1;
      failed.set(key, failures);
      const afterMs = backoffDelay(backoff, failures, random);
      if (!closed) delay(key, 'low', afterMs, true);
      return afterMs;
    },
    forget: (key) => void failed.delete(key),
    failures: (key) => failed.get(key) ?? 0,
    retryAll: () => {
      for (const [key, { isRetry, priority }] of delayed) if (isRetry) makeReady(key, priority);
    },
    depth: () => ({ ready: ready.high.size + ready.low.size, delayed: delayed.size, running: running.size }),
    close: () => {
      closed = true;
      for (const { cancel } of delayed.values()) cancel();
      delayed.clear();
    },
  };
};
