import type { Log } from '../telemetry/log.ts';
import { quietLog } from '../telemetry/quiet-log.ts';
import type { Random } from '../values/backoff.ts';
import { type Clock, sleep, systemClock } from '../values/clock.ts';

/**
 * Runs a task now and again `everyMs` after each end, until the signal aborts; then resolves. If the task fails, the error is logged and the task
 * runs again at its next time.
 */
export const periodically = async (options: {
  readonly name: string;
  readonly everyMs: number;
  readonly task: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Share of the interval that is random, so that processes do not run in step. @default 0.1 */
  readonly jitter?: number;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly random?: Random;
}): Promise<void> => {
  const { name, everyMs, task, signal, jitter = 0.1, log = quietLog, clock = systemClock, random = Math.random } = options;
  while (!signal.aborted) {
    try {
      await task(signal);
    } catch (error) {
      if (!signal.aborted) log.warn('periodic task failed', { task: name, error });
    }
    await sleep(clock, everyMs * (1 - jitter * random()), signal).catch(() => {});
  }
};
