import { sleep, systemClock } from '../../src/values/clock.ts';
import { Failure } from '../../src/values/failure.ts';

/** How long to wait, and how often to check (@default every 200 ms). */
export interface UntilOptions {
  signal: AbortSignal;
  timeoutMs: number;
  everyMs?: number;
  /** Where to search for the cause, added to the failure. */
  remedy?: string;
}

/**
 * Repeats `check` until it returns something other than a string, which is the reason to wait.
 *
 * @throws Failure `Timeout` with the last reason; whatever `check` throws other than a `Failure` of code Unavailable.
 */
export async function until<T>(what: string, check: () => Promise<T | string>, options: UntilOptions): Promise<Exclude<T, string>> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const answer = await attempt(check);
    if (typeof answer !== 'string') return answer as Exclude<T, string>;
    if (performance.now() > deadline) {
      const remedy = options.remedy === undefined ? '' : ` ${options.remedy}`;
      throw new Failure('Timeout', `${what}: not within ${Math.round(options.timeoutMs / 1000)} s (${answer}).${remedy}`);
    }
    await sleep(systemClock, options.everyMs ?? 200, options.signal);
  }
}

async function attempt<T>(check: () => Promise<T | string>): Promise<T | string> {
  try {
    return await check();
  } catch (error) {
    if (Failure.is(error, 'Unavailable')) return error.message;
    throw error;
  }
}
