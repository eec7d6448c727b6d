import { clusterLabel } from '../api/labels.ts';
import type { SliceNode } from '../api/slicenode/type.ts';
import type { Mirror } from '../kubernetes/mirror.ts';
import { sameVotes } from '../plan/links/link-votes.ts';
import { planWithdrawals, type Withdrawals } from '../plan/names/withdrawal.ts';
import type { Clock } from '../values/clock.ts';
import { followReportAges, ReportAges } from './report-ages.ts';

/** The reports of this cluster's agents, with an index `slice`. */
export type Reports = Pick<Mirror<SliceNode>, 'subscribe' | 'byIndex'>;

/** The new decisions, by slice. */
export type Decided = ReadonlyMap<string, Withdrawals>;

/**
 * Decides which nodes are withdrawn. A slice is decided again when the votes in one of its reports change, and when one of its observers stops or
 * resumes reporting; many reports at once are one decision for each slice. The returned function ends it.
 *
 * @param only ignores all other slices
 */
export const followWithdrawals = (reports: Reports, clock: Clock, receive: (decided: Decided) => void, only?: string): (() => void) => {
  const ages = new ReportAges(clock);
  const changed = new Set<string>();
  let waiting: NodeJS.Immediate | undefined;

  const observersOf = (slice: string) =>
    reports.byIndex('slice', slice).map(({ metadata, spec, status }) => ({
      node: spec.node,
      cluster: metadata.labels?.[clusterLabel],
      fresh: ages.isFresh(spec.node),
      votes: status?.links?.clusters,
    }));
  const decide = (): void => {
    waiting = undefined;
    const decided = new Map([...changed].map((slice) => [slice, planWithdrawals(observersOf(slice))]));
    changed.clear();
    receive(decided);
  };
  const mark = (slice: string): void => {
    if (only !== undefined && slice !== only) return;
    changed.add(slice);
    waiting ??= setImmediate(decide);
  };
  const stop = followReportAges(reports, ages, clock, (turned, change) => {
    for (const node of turned) for (const slice of ages.slicesOf(node)) mark(slice);
    if (change === undefined) return;
    const { object, previous, type } = change;
    if (type !== 'updated' || !sameVotes(previous?.status?.links?.clusters, object.status?.links?.clusters)) mark(object.spec.slice);
  });
  return () => {
    stop();
    clearImmediate(waiting);
  };
};
