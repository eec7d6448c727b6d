import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h0m5s', 3_605_000],
    ['250ms', 250],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text, '--wait')).toBe(ms);
  });

  it.each(['', 'soon', '1d', '-5s', '5 m', '1.5h', 'm'])('%j is refused with what would do', (text) => {
    expect(() => parseDuration(text, '--wait')).toThrow(`--wait "${text}" is not a duration; write one such as 90s, 10m or 1h30m.`);
  });
});
