import type { SliceNode } from '../api/slicenode/type.ts';
import type { Mirror } from '../kubernetes/mirror.ts';
import { type NodePath, sameStates, withdrawnNodes } from '../plan/dns/withdrawal.ts';

/** The nodes that nobody in this cluster reaches, for each slice that was decided anew. */
export type Withdrawals = ReadonlyMap<string, ReadonlySet<NodePath>>;

/** What the agents of this cluster report, with an index `slice`. */
export type Reports = Pick<Mirror<SliceNode>, 'subscribe' | 'byIndex'>;

/** The nodes of a slice that nobody in this cluster reaches, as its agents report now. */
export const withdrawnNow = (reports: Reports, slice: string): ReadonlySet<NodePath> => withdrawnNodes(reports.byIndex('slice', slice));

/**
 * Decides anew for a slice when a report about one of its links says something else; a hundred reports at once are one decision for each
 * slice. `only` leaves the other slices to others. The returned function ends it.
 */
export const followWithdrawals = (reports: Reports, hear: (decided: Withdrawals) => void, only?: string): (() => void) => {
  const changed = new Set<string>();
  let waiting: NodeJS.Immediate | undefined;
  const decide = (): void => {
    waiting = undefined;
    const decided = new Map([...changed].map((slice) => [slice, withdrawnNow(reports, slice)]));
    changed.clear();
    hear(decided);
  };
  const stop = reports.subscribe(({ type, object, previous }) => {
    const { slice } = object.spec;
    if ((only !== undefined && slice !== only) || (type === 'updated' && sameStates(previous?.status, object.status))) return;
    changed.add(slice);
    waiting ??= setImmediate(decide);
  });
  return () => {
    stop();
    clearImmediate(waiting);
  };
};
