import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait for a condition. */
export interface UntilOptions {
  readonly withinMs: number;
  /** Pause between two looks. @default 200 */
  readonly everyMs?: number;
}

/**
 * Looks again and again until the check does not throw, and gives what it returned and how long that took.
 *
 * @throws the last error, with what was waited for and how long.
 */
export const until = async <T>(what: string, check: () => Promise<T>, options: UntilOptions): Promise<{ value: T; tookMs: number }> => {
  const started = performance.now();
  for (;;) {
    try {
      const value = await check();
      return { value, tookMs: performance.now() - started };
    } catch (cause) {
      const tookMs = performance.now() - started;
      if (tookMs > options.withinMs) {
        const last = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`not within ${options.withinMs} ms: ${what}. Last: ${last}`, { cause });
      }
      await pause(options.everyMs ?? 200);
    }
  }
};

/** Throws with the sentence unless the condition holds; for use inside {@link until}. */
export function ensure(condition: unknown, sentence: string): asserts condition {
  if (condition === undefined || condition === false || condition === null || condition === '') throw new Error(sentence);
}
