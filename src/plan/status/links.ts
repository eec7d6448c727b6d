import type { LinksBody } from '../../exchange/statement/links.ts';
import type { LinkVerdict } from '../../values/link-verdict.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { compareText } from '../../values/text/order.ts';
import { neededPairs } from '../links/needed-pairs.ts';
import type { SliceReport } from './fleet-snapshot.ts';

/** The links from one cluster to another, counted. */
export interface PairRow {
  readonly slice: string;
  readonly cluster: string;
  readonly peerCluster: string;
  /** Down when none is up, Degraded when some are down, Pending when some are not known yet. */
  readonly state: 'Up' | 'Degraded' | 'Down' | 'Pending';
  readonly up: number;
  readonly down: number;
  readonly links: number;
  /** Longest round-trip time; absent while no link is up. */
  readonly worstRttMs?: number;
  /** Links under a key from mutual TLS; absent without any. */
  readonly bound?: number;
  /** The end of the certificate of either end of these that ends first. */
  readonly boundUntil?: string;
}

/** One direction of a tunnel that is not up, observed at its start. */
export interface LinkRow {
  readonly slice: string;
  readonly cluster: string;
  readonly node: string;
  readonly peerCluster: string;
  readonly peerNode: string;
  readonly driver: string;
  /** `PeerOff`: the other node is off, by its own cluster's report. */
  readonly state: LinkVerdict | 'PeerOff';
  readonly reason: string;
  readonly since: string;
}

const pairState = (up: number, down: number, total: number): PairRow['state'] => {
  if (up >= total) return 'Up';
  if (up === 0 && down > 0) return 'Down';
  return down > 0 ? 'Degraded' : 'Pending';
};

const pairOrder: readonly PairRow['state'][] = ['Down', 'Degraded', 'Pending', 'Up'];

/** The reports of one slice by cluster; undefined for a cluster that is only mentioned. */
const byCluster = (reports: readonly SliceReport[]): ReadonlyMap<string, LinksBody | undefined> =>
  new Map<string, LinksBody | undefined>([
    ...reports.flatMap(({ report }) => report.clusters.map(({ cluster }): [string, undefined] => [cluster, undefined])),
    ...reports.map(({ cluster, report }): [string, LinksBody] => [cluster, report]),
  ]);

/** How every cluster reaches every other, the worst first, then by name. Links to nodes that are off or drained do not count. */
export const planPairs = (reports: readonly SliceReport[]): PairRow[] =>
  [...Map.groupBy(reports, ({ slice }) => slice)]
    .flatMap(([slice, ofSlice]) => {
      const all = byCluster(ofSlice);
      return ofSlice.flatMap(({ cluster, report }) =>
        neededPairs(cluster, report, all)
          .filter(({ total }) => total > 0)
          .map(
            ({ cluster: peerCluster, up, down, total, worstRttMs, bound, boundUntil }): PairRow => ({
              slice,
              cluster,
              peerCluster,
              state: pairState(up, down, total),
              up,
              down,
              links: total,
              ...(worstRttMs === undefined || up === 0 ? {} : { worstRttMs }),
              ...(bound === undefined ? {} : { bound: Math.min(bound, total) }),
              ...(boundUntil === undefined ? {} : { boundUntil }),
            }),
          ),
      );
    })
    .toSorted(
      (a, b) =>
        pairOrder.indexOf(a.state) - pairOrder.indexOf(b.state) ||
        compareText([a.slice, a.cluster, a.peerCluster].join('\u0000'), [b.slice, b.cluster, b.peerCluster].join('\u0000')),
    );

const keyOf = (row: LinkRow): string => [row.slice, row.cluster, row.node, row.peerCluster, row.peerNode].join('\u0000');

/** Links to nodes that are off come last: they cannot be repaired here. */
const compareStates = (a: LinkRow['state'], b: LinkRow['state']): number => {
  if (a === 'PeerOff' || b === 'PeerOff') return Number(a === 'PeerOff') - Number(b === 'PeerOff');
  return compareVerdicts(a, b);
};

/** The links that reports list, the worst first, then by name: those that are not up, a bounded number for each cluster. */
export const planLinks = (reports: readonly SliceReport[]): LinkRow[] => {
  const off = new Map(
    reports.flatMap(({ slice, cluster, report }) =>
      report.missingNodes.flatMap(({ node, notReady, reason }): [string, string][] =>
        notReady === true ? [[[slice, cluster, node].join('/'), reason]] : [],
      ),
    ),
  );
  return reports
    .flatMap(({ slice, cluster, report }) =>
      report.worst.map((link): LinkRow => {
        const reason = off.get([slice, link.peerCluster, link.peerNode].join('/'));
        return { slice, cluster, ...link, ...(reason === undefined ? {} : { state: 'PeerOff' as const, reason }) };
      }),
    )
    .toSorted((a, b) => compareStates(a.state, b.state) || compareText(keyOf(a), keyOf(b)));
};
