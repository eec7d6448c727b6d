import type { ClusterLinks, LinksBody } from '../../exchange/statement/links.ts';

/**
 * The links of a cluster to every cluster that reports nodes, counted with each of these clusters' reports about its own nodes.
 *
 * ```
 * the other cluster                            then
 * has more nodes than this one knows           the links to them should exist too
 * has nodes that are off, drained or silent    links to those are not needed: they are neither expected nor down
 * has not reported                             this cluster's own count
 * ```
 *
 * @param reports the reports of all clusters of the slice, including this one; undefined for one that has not reported
 */
export const neededPairs = (name: string, report: LinksBody, reports: ReadonlyMap<string, LinksBody | undefined>): ClusterLinks[] => {
  const own = new Map(report.clusters.map((pair) => [pair.cluster, pair]));
  return [...reports].flatMap(([cluster, other]): ClusterLinks[] => {
    const pair = own.get(cluster);
    const nodes = Math.max(0, (other?.nodes ?? 0) - (cluster === name ? 1 : 0));
    const expected = report.nodes * nodes;
    if (pair === undefined) return expected === 0 ? [] : [{ cluster, up: 0, down: 0, total: expected }];
    const idle = other === undefined ? 0 : report.nodes * (other.missing + (other.outOfService ?? 0));
    const surplus = Math.min(idle, Math.max(0, pair.total - expected));
    const total = Math.max(pair.total - surplus, expected);
    return [{ ...pair, total, up: Math.min(pair.up, total), down: Math.max(0, pair.down - surplus) }];
  });
};
