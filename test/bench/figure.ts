/** What many single measurements say together. */
export interface Distribution {
  readonly n: number;
  readonly p50: number;
  /** 99 of 100 single measurements are at least as good as this: a high value where low is good, a low one where high is good. */
  readonly p99: number;
}

/** Which way is better. */
export type Better = 'lower' | 'higher';

/** Summary of single measurements by nearest rank, so that every figure is one that occurred; with fewer than 100 the p99 is the worst. */
export const distribution = (values: readonly number[], better: Better = 'lower'): Distribution => {
  const sorted = values.toSorted((a, b) => (better === 'lower' ? a - b : b - a));
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { n: sorted.length, p50: at(0.5), p99: at(0.99) };
};

/** A promise about a figure: its p50 or p99 is no worse than the limit. */
interface Budget {
  readonly of: 'p50' | 'p99';
  readonly limit: number;
}

/** One measured quantity, beside what it is compared with. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly better: Better;
  readonly measured: Distribution;
  /** Something comparable that was measured in the same run. */
  readonly baseline?: { readonly what: string; readonly measured: Distribution };
  readonly budget?: readonly Budget[];
}

/** True when the figure keeps all of its budget; undefined when it has none. */
export const keepsBudget = ({ measured, budget, better }: Figure): boolean | undefined =>
  budget?.every(({ of, limit }) => (better === 'lower' ? measured[of] <= limit : measured[of] >= limit));

/** What an item has found out. */
export interface Findings {
  readonly figures: readonly Figure[];
  /** What is easier to compare side by side. */
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** What could not be measured here, with the reason. */
  readonly notMeasured?: readonly { readonly what: string; readonly why: string }[];
}
