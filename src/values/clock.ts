import { Failure } from './failure.ts';

/**
 * Time as a dependency: code that depends on time takes a `Clock`, so that tests can move it. All times are milliseconds. `now` is wall-clock time
 * since 1970; `monotonic` never goes back and measures durations.
 */
export type Clock = {
  now(): number;
  monotonic(): number;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
};

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, callback) => {
    // setTimeout fires at once for delays above 2^31-1 ms.
    const timer = setTimeout(callback, Math.min(ms, 2_147_483_647));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; it cannot be cancelled. For short times only. */
export const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));

/** Resolves after `ms`; rejects with `Interrupted` as soon as the signal aborts. */
export const sleep = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const interrupted = (): void => {
      cancel();
      reject(new Failure('Interrupted', 'Waiting was cancelled.', { cause: signal.reason }));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', interrupted);
      resolve();
    });
    if (signal.aborted) interrupted();
    else signal.addEventListener('abort', interrupted, { once: true });
  });
