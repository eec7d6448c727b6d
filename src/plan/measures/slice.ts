import { statementLimits } from '../../exchange/budget.ts';
import type { Ledger } from '../../exchange/ledger.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import type { Measured } from './measured.ts';

/** What a worker measures in the session of one slice. */
export interface SliceMeasures {
  readonly links: readonly Measured<'slice' | 'cluster' | 'state'>[];
  readonly refusedStatements: readonly Measured<'slice' | 'cluster'>[];
  readonly budgetUsed: readonly Measured<'slice' | 'cluster' | 'budget'>[];
}

/** What the measures of a slice are made from. */
export interface SliceSnapshot {
  readonly slice: string;
  /** What this cluster reports about its links. */
  readonly report: Pick<LinksBody, 'clusters'>;
  readonly ledger: Ledger;
  /** How many statements are refused now, by author. */
  readonly refused: ReadonlyMap<string, number>;
}

/** Links, refusals and use of budgets of one slice; there are as many numbers as clusters in the slice, times a few, whatever the number of nodes. */
export const measureSlice = ({ slice, report, ledger, refused }: SliceSnapshot): SliceMeasures => ({
  links: report.clusters.flatMap(({ cluster, up, down }) => [
    { labels: { slice, cluster, state: 'up' }, value: up },
    { labels: { slice, cluster, state: 'down' }, value: down },
  ]),
  refusedStatements: [...ledger.clusters.keys(), ...[...refused.keys()].filter((author) => !ledger.clusters.has(author))].map(
    (cluster) => ({
      labels: { slice, cluster },
      value: refused.get(cluster) ?? 0,
    }),
  ),
  budgetUsed: [...ledger.clusters].flatMap(([cluster, { used }]) =>
    statementLimits.map(({ kind, budget }) => ({ labels: { slice, cluster, budget }, value: used[kind] })),
  ),
});

/** What one member may use in a slice, by budget. */
export const measureLimits = (): readonly Measured<'budget'>[] =>
  statementLimits.map(({ budget, limit }) => ({ labels: { budget }, value: limit }));
