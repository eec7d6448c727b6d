import { type Distribution, type Figure, type Findings, keepsBudget } from '../../test/bench/figure.ts';

/** The findings of one item, with when and under which load they were made. */
export interface Measurement extends Findings {
  readonly item: string;
  readonly title: string;
  /** RFC 3339. */
  readonly at: string;
  readonly quick: boolean;
  /** Load of the machine (one minute) before and after; more than its processors means that others were at work too. */
  readonly load: readonly [before: number, after: number];
  /** Why the item came to no end. */
  readonly failed?: string;
}

/** What figures depend on. */
interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
}

/** Everything that is known, as the JSON file has it. */
export interface Measurements {
  readonly version: string;
  readonly machine: Machine;
  readonly measurements: readonly Measurement[];
}

/** Three significant digits, and no exponents. */
export const readable = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
};

const pair = ({ p50, p99 }: Distribution): string => (Number.isFinite(p99) ? `${readable(p50)} / ${readable(p99)}` : readable(p50));

const budgetOf = ({ budget, better }: Figure): string =>
  (budget ?? []).map(({ of, limit }) => `${of} ${better === 'lower' ? '≤' : '≥'} ${readable(limit)}`).join(', ');

const verdict = (figure: Figure): string => {
  const kept = keepsBudget(figure);
  return kept === undefined ? '' : kept ? 'kept' : '**missed**';
};

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The figures of one item as rows of a table. */
export const rowsOf = ({ figures }: Findings): string[] =>
  figures.map((figure) => {
    const { what, unit, measured, baseline } = figure;
    const beside = baseline === undefined ? '' : `${pair(baseline.measured)} (${baseline.what})`;
    return row([what, unit, pair(measured), String(measured.n), beside, budgetOf(figure), verdict(figure)]);
  });

/** The head of such a table. */
export const tableHead: readonly string[] = [
  row(['what', 'unit', 'p50 / p99', 'n', 'baseline of the same run', 'budget', '']),
  row(['---', '---', '---', '---', '---', '---', '---']),
];

/** A table of an item's own, a line each; none for most. */
export const ownTableOf = ({ table }: Findings): string[] =>
  table === undefined ? [] : [row(table.head), row(table.head.map(() => '---')), ...table.rows.map(row)];

/** What an item could not find out, a line each. */
export const gapsOf = ({ notMeasured, failed }: Measurement): string[] => [
  ...(notMeasured ?? []).map(({ what, why }) => `Not measured: ${what} (${why}).`),
  ...(failed === undefined ? [] : [`Came to no end: ${failed}`]),
];

/** The page of all measurements, for people. */
export const pageOf = ({ version, machine, measurements }: Measurements): string => {
  const { processors, model, memoryGiB, kernel, node } = machine;
  return [
    '# Measurements',
    '',
    'Written by `npm run bench`; the same as JSON in [measurements.json](measurements.json).',
    '',
    `KubeSlice ${version} on a playground: every node of every cluster, and the measuring itself, on one machine with ${processors} processors (${model}), ${memoryGiB} GiB of memory, Linux ${kernel}, Node ${node}. So figures count beside their baselines, which come from the same run on the same machine and, where two paths are compared, in turns.`,
    '',
    'p50 and p99 are single measurements by nearest rank; with fewer than 100 the p99 is the worst that occurred. Where high is good, p99 is the value that 99 of 100 reach.',
    ...measurements.flatMap((measurement) => [
      '',
      `## ${measurement.title}`,
      '',
      ...(measurement.figures.length === 0 ? [] : [...tableHead, ...rowsOf(measurement), '']),
      ...(measurement.table === undefined ? [] : [...ownTableOf(measurement), '']),
      ...gapsOf(measurement).flatMap((line) => [line, '']),
      `${measurement.at.slice(0, 16).replace('T', ' ')} UTC, load of the machine ${measurement.load.map((load) => load.toFixed(1)).join(' to ')}.`,
    ]),
    '',
  ].join('\n');
};

/** New measurements take the place of older ones of the same item; the order is that of `items`. */
export const merged = (older: readonly Measurement[], newer: readonly Measurement[], items: readonly string[]): Measurement[] => {
  const all = new Map([...older, ...newer].map((measurement) => [measurement.item, measurement]));
  return items.flatMap((item) => all.get(item) ?? []);
};
