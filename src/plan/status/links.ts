import type { LinkVerdict } from '../../values/link-verdict.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { compareText } from '../../values/order.ts';
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
  /** Longest of the round-trip times. */
  readonly worstRttMs?: number;
}

/** One direction of a tunnel that is not up, as the node at its start sees it. */
export interface LinkRow {
  readonly slice: string;
  readonly cluster: string;
  readonly node: string;
  readonly peerCluster: string;
  readonly peerNode: string;
  readonly driver: string;
  readonly state: LinkVerdict;
  readonly reason: string;
  readonly since: string;
}

const pairState = (up: number, down: number, total: number): PairRow['state'] => {
  if (up >= total) return 'Up';
  if (up === 0 && down > 0) return 'Down';
  return down > 0 ? 'Degraded' : 'Pending';
};

const pairOrder: readonly PairRow['state'][] = ['Down', 'Degraded', 'Pending', 'Up'];

/** How every cluster reaches every other, the worst first, then by name. */
export const planPairs = (reports: readonly SliceReport[]): PairRow[] =>
  reports
    .flatMap(({ slice, cluster, report }) =>
      report.clusters.map(
        ({ cluster: peerCluster, up, down, total, worstRttMs }): PairRow => ({
          slice,
          cluster,
          peerCluster,
          state: pairState(up, down, total),
          up,
          down,
          links: total,
          ...(worstRttMs === undefined ? {} : { worstRttMs }),
        }),
      ),
    )
    .toSorted(
      (a, b) =>
        pairOrder.indexOf(a.state) - pairOrder.indexOf(b.state) ||
        compareText([a.slice, a.cluster, a.peerCluster].join('\u0000'), [b.slice, b.cluster, b.peerCluster].join('\u0000')),
    );

const keyOf = (row: LinkRow): string => [row.slice, row.cluster, row.node, row.peerCluster, row.peerNode].join('\u0000');

/** The links that clusters spell out, the worst first, then by name: those that are not up, a bounded number for each cluster. */
export const planLinks = (reports: readonly SliceReport[]): LinkRow[] =>
  reports
    .flatMap(({ slice, cluster, report }) => report.worst.map((link): LinkRow => ({ slice, cluster, ...link })))
    .toSorted((a, b) => compareVerdicts(a.state, b.state) || compareText(keyOf(a), keyOf(b)));
