import { Failure } from '../../src/values/failure.ts';

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

/** A number of nodes; whether a cluster can have so many is checked elsewhere. @throws Failure `InvalidInput`. */
export function nodeCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Failure('InvalidInput', `--nodes "${text}" is no number of nodes: write a whole one, such as 2.`);
}

/** Names of clusters, separated by commas, without duplicates. @throws Failure `InvalidInput`. */
export function clusterNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new Failure('InvalidInput', `--clusters "${text}" has an empty name: write names such as east,west.`);
  const twice = names.find((name, position) => names.indexOf(name) < position);
  if (twice === undefined) return names;
  throw new Failure('InvalidInput', `--clusters "${text}" names "${twice}" twice: write each name once.`);
}
