import type { LinkRow, PairRow } from '../../plan/status/links.ts';
import { clusterOption, fleetList, isWanted, sliceOption } from '../fleet/fleet-list.ts';
import { formatAge } from '../render/age.ts';
import { paintState } from '../render/status-colors.ts';

/** A link that is not up, or the count of all from one cluster to another. */
type Row = LinkRow | PairRow;

const isLink = (row: Row): row is LinkRow => 'node' in row;

/** `kubeslice links`. */
export const command = fleetList({
  name: 'links',
  summary: 'List the tunnels that are not up, and count all of them by cluster',
  description:
    'KEYS counts the tunnels whose packets travel under a key from mutual TLS, between nodes with certificates of the two clusters; -o wide shows when the first of these certificates ends.',
  examples: ['kubeslice links --context hub', 'kubeslice links --slice app-slice --cluster east -o wide'],
  options: [sliceOption, clusterOption],
  kinds: ['Links'],
  rows: ({ links, pairs }, input): readonly Row[] =>
    [...links, ...pairs].filter((row) => isWanted(input, { ...row, clusters: [row.cluster, row.peerCluster] })),
  columns: (color) => [
    { title: 'SLICE', value: (row) => row.slice },
    { title: 'FROM', value: (row) => (isLink(row) ? `${row.cluster}/${row.node}` : row.cluster) },
    { title: 'TO', value: (row) => (isLink(row) ? `${row.peerCluster}/${row.peerNode}` : row.peerCluster) },
    { title: 'STATE', value: (row) => row.state, paint: paintState(color) },
    { title: 'LINKS UP', value: (row) => (isLink(row) ? undefined : `${row.up}/${row.links}`), align: 'right' },
    {
      title: 'WORST RTT',
      value: (row) => (isLink(row) || row.worstRttMs === undefined ? undefined : `${row.worstRttMs} ms`),
      align: 'right',
    },
    { title: 'KEYS', value: (row) => (isLink(row) || row.bound === undefined ? undefined : `${row.bound}/${row.links}`), align: 'right' },
    { title: 'CERTIFICATES UNTIL', value: (row) => (isLink(row) ? undefined : row.boundUntil), wide: true },
    { title: 'SINCE', value: (row) => (isLink(row) ? formatAge(Date.now() - Date.parse(row.since)) : undefined), align: 'right' },
    { title: 'DRIVER', value: (row) => (isLink(row) ? row.driver : undefined), wide: true },
    { title: 'REASON', value: (row) => (isLink(row) ? row.reason : undefined) },
  ],
  none: 'No cluster reports a link; there must be a slice with at least two nodes.',
});
