import { Failure } from '../../values/failure.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a duration in the notation of kubectl: `90s`, `10m`, `1h30m`. A bare number is seconds.
 *
 * @param option name of the option, for the sentence.
 * @throws Failure InvalidInput.
 */
export const parseDuration = (text: string, option: string): number => {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new Failure('InvalidInput', `${option} "${text}" is not a duration; write one such as 90s, 10m or 1h30m.`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0);
};
