import { describe, expect, test } from 'vitest';
import { duration, percentage } from './quantities.ts';

describe('quantities on the command line', () => {
  test.each([
    ['50ms', 50],
    ['1.5s', 1500],
    ['5m', 300_000],
  ])('%s is %d ms', (text, expected) => {
    expect(duration(text)).toBe(expected);
  });

  test.each(['', '5', 'ms', '-5s', '5h', '5 s', '1e3s'])('"%s" is no duration', (text) => {
    expect(() => duration(text)).toThrow(/no duration: write a number/);
  });

  test.each([
    ['5%', 0.05],
    ['0.1%', 0.001],
    ['100%', 1],
  ])('%s is %d', (text, expected) => {
    expect(percentage(text)).toBeCloseTo(expected);
  });

  test.each(['', '5', '101%', '-1%', '%'])('"%s" is no percentage', (text) => {
    expect(() => percentage(text)).toThrow(/no percentage/);
  });
});
