import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffDelay } from './backoff.ts';

it('doubles from the first wait to the longest', () => {
  const waits = [0, 1, 2, 3, 4, 5, 50, 5_000].map((failures) =>
    backoffDelay({ firstMs: 100, maxMs: 1_000, jitter: 0 }, failures, () => 0.9),
  );
  expect(waits).toEqual([100, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

it('stays between the jittered and the full wait (property)', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), share, share, fc.nat(2_000), (firstMs, jitter, dice, failures) => {
      const backoff = { firstMs, maxMs: firstMs * 50, jitter };
      const full = backoffDelay({ ...backoff, jitter: 0 }, failures, () => 0);
      const wait = backoffDelay(backoff, failures, () => dice);
      expect(wait).toBeLessThanOrEqual(full);
      expect(wait).toBeGreaterThanOrEqual(full * (1 - jitter) - 1e-6);
      expect(full).toBeLessThanOrEqual(backoff.maxMs);
    }),
  );
});
