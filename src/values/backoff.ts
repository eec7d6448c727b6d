/** How waiting times grow between attempts. Times are milliseconds. */
export type Backoff = {
  /** Before the second attempt. */
  readonly firstMs: number;
  /** The longest wait, before jitter is subtracted. */
  readonly maxMs: number;
  /** @default 2 */
  readonly factor?: number;
  /** Share of the delay that is random, 0 to 1: a delay `d` becomes one between `d·(1−jitter)` and `d`. @default 0.5 */
  readonly jitter?: number;
};

/** A source of numbers in [0, 1), such as `Math.random`. */
export type Random = () => number;

/** The wait in milliseconds before the next attempt after `failures` consecutive failures (1, 2, …). */
export const backoffDelay = (backoff: Backoff, failures: number, random: Random): number => {
  const { firstMs, maxMs, factor = 2, jitter = 0.5 } = backoff;
  const full = Math.min(maxMs, firstMs * factor ** Math.max(0, failures - 1));
  return full * (1 - jitter * random());
};
