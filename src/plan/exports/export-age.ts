import type { ExportBody } from '../../exchange/statement/export.ts';

/** An export of a name: its cluster, and its properties. */
export interface NamedExport {
  readonly cluster: string;
  readonly body: ExportBody;
}

/** Within how many milliseconds two clusters count as first known at the same time. */
const sameTimeMs = 600_000;

/**
 * The exports of one name, the oldest first; of two of one age, that of the cluster whose name comes first.
 *
 * An export of another cluster counts as no older than the time when that cluster was first known here (`since`); otherwise a new cluster could take
 * over a name with a false date. Clusters that became known at about the same time compare their dates, or each would consider itself the older one.
 */
export const oldestFirst = <One extends NamedExport>(exports: readonly One[], since: (cluster: string) => number): One[] => {
  const earliest = Math.min(...exports.map(({ cluster }) => since(cluster)));
  const ageOf = ({ cluster, body }: One): number => {
    const isNewcomer = since(cluster) - earliest > sameTimeMs;
    return isNewcomer ? Math.max(Date.parse(body.created), since(cluster)) : Date.parse(body.created);
  };
  return exports
    .map((one) => ({ one, age: ageOf(one) }))
    .toSorted((a, b) => a.age - b.age || (a.one.cluster < b.one.cluster ? -1 : 1))
    .map(({ one }) => one);
};
