import { Failure } from '../../../values/failure.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** Milliseconds of a duration such as 50ms, 1.5s or 5m. @throws Failure `InvalidInput`. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const factor = units[unit ?? ''];
  if (number !== undefined && factor !== undefined) return Number(number) * factor;
  throw new Failure('InvalidInput', `"${text}" is no duration: write a number and its unit, such as 50ms, 30s or 5m.`);
}

/** Share between 0 and 1 of a percentage such as 5% or 0.1%. @throws Failure `InvalidInput`. */
export function percentage(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  const share = Number(number) / 100;
  if (number !== undefined && share <= 1) return share;
  throw new Failure('InvalidInput', `"${text}" is no percentage: write a number from 0 to 100 and a percent sign, such as 5%.`);
}
