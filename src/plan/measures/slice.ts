import { statementLimits } from '../../exchange/judgement/budget.ts';
import type { Ledger } from '../../exchange/ledger/ledger.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import type { Measured } from './measured.ts';

/** The metrics of a worker about one slice. */
export interface SliceMeasures {
  readonly links: readonly Measured<'slice' | 'cluster' | 'state'>[];
  readonly refusedStatements: readonly Measured<'slice' | 'cluster'>[];
  readonly budgetUsed: readonly Measured<'slice' | 'cluster' | 'budget'>[];
}

/** The inputs of the metrics of a slice. */
export interface SliceSnapshot {
  readonly slice: string;
  /** This cluster's report about its links. */
  readonly report: Pick<LinksBody, 'clusters'>;
  readonly ledger: Ledger;
  /** How many statements are refused now, by author. */
  readonly refused: ReadonlyMap<string, number>;
}

/** Links, refusals and use of budgets of one slice; their number grows with the clusters in the slice, not with the nodes. */
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

/** The limits of one member in a slice, by budget. */
export const measureLimits = (): readonly Measured<'budget'>[] =>
  statementLimits.map(({ budget, limit }) => ({ labels: { budget }, value: limit }));
