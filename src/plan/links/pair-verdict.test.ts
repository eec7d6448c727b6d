import { expect, it } from 'vitest';
import { type PairVerdict, pairVerdict } from './pair-verdict.ts';

it.each<[string, [up: number, down: number, total: number], ready: PairVerdict, not: PairVerdict]>([
  ['none there should be', [0, 0, 0], 'Connected', 'Connected'],
  ['all up', [4, 0, 4], 'Connected', 'Connected'],
  ['none up, all down', [0, 4, 4], 'Lost', 'Lost'],
  ['none up, some down', [0, 1, 4], 'Lost', 'Pending'],
  ['none up, none down', [0, 0, 4], 'Pending', 'Pending'],
  ['one of four down', [3, 1, 4], 'Connected', 'Pending'],
  ['one of ten down', [9, 1, 10], 'Connected', 'Connected'],
  ['one of a hundred up', [1, 99, 100], 'Connected', 'Pending'],
  ['more up than should be, since the other side has just shrunk', [5, 0, 4], 'Connected', 'Connected'],
])('%s', (_, [up, down, total], ready, not) => {
  expect(pairVerdict({ up, down, total }, true)).toBe(ready);
  expect(pairVerdict({ up, down, total }, false)).toBe(not);
});
