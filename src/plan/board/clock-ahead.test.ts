import { expect, it } from 'vitest';
import { clockAhead } from './clock-ahead.ts';

it.each<[string, readonly number[], number | undefined]>([
  ['is not known without readings', [], undefined],
  ['nor by one', [5_000], undefined],
  ['is the smaller of two', [5_000, 4_000], 4_000],
  ['is not that of a renewal that came late', [-60_000, -20], -20],
  ['nor of the one before', [-20, -60_000], -20],
  ['is negative for a clock that is behind', [-60_000, -61_000], -60_000],
])('the difference of two clocks %s', (_, readings, expected) => expect(clockAhead(readings)).toBe(expected));
