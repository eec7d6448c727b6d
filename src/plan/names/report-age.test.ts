import { expect, it } from 'vitest';
import { isFresh, type ReportAge, readReport } from './report-age.ts';

const seen = (observedAt: string, freshUntil: number): ReportAge => ({ observedAt, freshUntil });

it.each<[string, ReportAge | undefined, string | undefined, boolean, ReportAge | undefined]>([
  ['none yet', undefined, undefined, false, undefined],
  ['found at the start', undefined, 'a', true, seen('a', 120_000)],
  ['new', undefined, 'a', false, seen('a', 145_000)],
  ['another than before, though its time is earlier', seen('b', 1), 'a', false, seen('a', 145_000)],
  ['the same as before', seen('a', 1), 'a', false, seen('a', 1)],
])('%s', (_, before, observedAt, initial, expected) => {
  expect(readReport(before, observedAt, initial, 100_000)).toEqual(expected);
});

it('is old 45 s after it changed', () => {
  const age = readReport(undefined, 'a', false, 0);
  expect([isFresh(age, 44_999), isFresh(age, 45_000), isFresh(undefined, 0)]).toEqual([true, false, false]);
});
