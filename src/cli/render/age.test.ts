import { describe, expect, it } from 'vitest';
import { formatAge } from './age.ts';

describe('an age', () => {
  it.each([
    [-5, '0s'],
    [59_999, '59s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [7_200_000, '2h'],
    [172_800_000, '2d'],
  ])('of %i ms is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});
