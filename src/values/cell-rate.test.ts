import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrive, type DoneAt, nothingYet, workMs } from './cell-rate.ts';

/** Three at once, then two a second. */
const rate = { burst: 3, perSecond: 2 };

it.each<[string, before: DoneAt, now: number, weight: number, doneAt: DoneAt, conformsAt: number]>([
  ['the first', nothingYet, 0, 1, 500, -1_000],
  ['the third at once', 1_000, 0, 1, 1_500, 0],
  ['a fourth at once', 1_500, 0, 1, 2_000, 500],
  ['a fourth, when it is its turn', 1_500, 500, 1, 2_000, 500],
  ['one after a quiet time, of which nothing is saved up', 1_500, 60_000, 1, 60_500, 59_000],
  ['one as heavy as the burst', nothingYet, 0, 3, 1_500, 0],
  ['one heavier than the burst, which waits for the rest', nothingYet, 0, 5, 2_500, 1_000],
])('%s', (_, before, now, weight, doneAt, conformsAt) => {
  expect(arrive(rate, before, now, weight)).toEqual({ doneAt, conformsAt });
});

it('says how long so many take', () => {
  expect(workMs(rate, 3)).toBe(1_500);
});

it('lets in the burst and the rate in any time, and no more', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2_000), { maxLength: 100 }), (gaps) => {
      let [now, doneAt] = [0, nothingYet];
      const letIn: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const next = arrive(rate, doneAt, now);
        if (next.conformsAt > now) continue;
        doneAt = next.doneAt;
        letIn.push(now);
      }
      for (const [index, from] of letIn.entries())
        for (const [more, to] of letIn.slice(index).entries())
          expect(more + 1).toBeLessThanOrEqual(rate.burst + ((to - from) / 1_000) * rate.perSecond);
    }),
  );
});
