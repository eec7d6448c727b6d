import { describe, expect, test } from 'vitest';
import { distribution, type Figure, keepsBudget } from '../../test/bench/figure.ts';
import { gapsOf, type Measurement, merged, pageOf, readable, rowsOf } from './report.ts';

const figure: Figure = {
  what: 'a → b',
  unit: 'ms',
  better: 'lower',
  measured: { n: 30, p50: 41.23, p99: 120 },
  baseline: { what: 'bare', measured: { n: 30, p50: 40, p99: 100 } },
  budget: [
    { of: 'p50', limit: 100 },
    { of: 'p99', limit: 250 },
  ],
};
const measurement = (item: string, more: Partial<Measurement> = {}): Measurement => ({
  item,
  title: item,
  at: '2026-01-02T03:04:05.000Z',
  quick: false,
  load: [0.5, 1.25],
  figures: [figure],
  ...more,
});

describe('a distribution', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  test('has percentiles by nearest rank, whatever the order', () => {
    expect(distribution(hundred.toReversed())).toEqual({ n: 100, p50: 50, p99: 99 });
  });

  test('of few values has the worst as its p99, which depends on what is good', () => {
    expect(distribution([3, 1, 2])).toEqual({ n: 3, p50: 2, p99: 3 });
    expect(distribution([3, 1, 2], 'higher')).toEqual({ n: 3, p50: 2, p99: 1 });
  });

  test('of nothing has none', () => {
    expect(distribution([])).toEqual({ n: 0, p50: Number.NaN, p99: Number.NaN });
  });
});

describe('a budget', () => {
  test.each<[string, Partial<Figure>, boolean]>([
    ['kept', {}, true],
    ['missed in one of its parts', { measured: { n: 30, p50: 41, p99: 251 } }, false],
    ['of what should be high, kept', { better: 'higher', measured: { n: 30, p50: 100, p99: 250 } }, true],
    ['of what should be high, missed', { better: 'higher', measured: { n: 30, p50: 99, p99: 250 } }, false],
    ['not kept by what is no number', { measured: { n: 0, p50: Number.NaN, p99: Number.NaN } }, false],
  ])('%s', (_, change, kept) => {
    expect(keepsBudget({ ...figure, ...change })).toBe(kept);
  });

  test('that does not exist is neither', () => {
    const { budget: _, ...without } = figure;
    expect(keepsBudget(without)).toBeUndefined();
  });
});

test.each([
  [0, '0'],
  [0.9512, '0.951'],
  [0.00012, '0.000'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [123.4, '123'],
  [61_234.5, '61235'],
  [Number.NaN, '–'],
])('%d reads %s', (value, text) => {
  expect(readable(value)).toBe(text);
});

test('a row has everything that a reader compares', () => {
  expect(rowsOf({ figures: [figure] })).toEqual(['| a → b | ms | 41.2 / 120 | 30 | 40.0 / 100 (bare) | p50 ≤ 100, p99 ≤ 250 | kept |']);
});

test('what was not measured is told with the reason', () => {
  const notMeasured = [{ what: 'driver X', why: 'no such kernel' }];
  expect(gapsOf(measurement('a', { notMeasured, failed: 'it broke' }))).toEqual([
    'Not measured: driver X (no such kernel).',
    'Came to no end: it broke',
  ]);
});

test('a new measurement replaces the one of the same item, and items keep their order', () => {
  const older = [measurement('b'), measurement('a')];
  const newer = [measurement('b', { title: 'new' }), measurement('c')];
  expect(merged(older, newer, ['a', 'b', 'c', 'd']).map(({ title }) => title)).toEqual(['a', 'new', 'c']);
});

test('the page tells when, under which load and on which machine', () => {
  const machine = { processors: 2, model: 'Some CPU', memoryGiB: 24, kernel: '6.1', node: 'v24' };
  const page = pageOf({ version: '0.1.0', machine, measurements: [measurement('a')] });
  expect(page).toContain('2 processors (Some CPU)');
  expect(page).toContain('2026-01-02 03:04 UTC, load of the machine 0.5 to 1.3.');
  expect(page).toContain('| a → b |');
});
