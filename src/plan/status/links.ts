import type { ReportedLink } from '../../api/notice/statement.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { type FleetSnapshot, sliceByBoard } from './fleet-snapshot.ts';
import { readNotice } from './read-notice.ts';

/** One direction of a tunnel, as the node at its start sees it. */
export interface LinkRow extends ReportedLink {
  readonly slice: string;
  readonly cluster: string;
}

/** The link without measurements that are no numbers. */
const measured = ({ rttMs, lossPercent, handshakeAgeSeconds, ...link }: ReportedLink): ReportedLink => ({
  ...link,
  ...(typeof rttMs === 'number' ? { rttMs } : {}),
  ...(typeof lossPercent === 'number' ? { lossPercent } : {}),
  ...(typeof handshakeAgeSeconds === 'number' ? { handshakeAgeSeconds } : {}),
});

const keyOf = (row: LinkRow): string => [row.slice, row.cluster, row.node, row.peerCluster, row.peerNode].join('\u0000');

/** All links that clusters report, the worst first, then by name. */
export const planLinks = ({ slices, notices }: Pick<FleetSnapshot, 'slices' | 'notices'>): LinkRow[] => {
  const names = sliceByBoard(slices);
  return notices
    .flatMap((notice): LinkRow[] => {
      const slice = names.get(notice.metadata.namespace ?? '');
      const report = readNotice(notice, 'Links');
      if (slice === undefined || report === undefined) return [];
      return report.links.map((link) => ({ ...measured(link), slice, cluster: notice.spec.cluster }));
    })
    .toSorted((a, b) => compareVerdicts(a.state, b.state) || (keyOf(a) < keyOf(b) ? -1 : 1));
};
