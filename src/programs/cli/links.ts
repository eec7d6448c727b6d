import { planLinks } from '../../plan/status/links.ts';
import { formatAge } from './duration.ts';
import { clusterOption, fleetList, isWanted, sliceOption } from './fleet-list.ts';
import { paintState } from './status-colors.ts';

/** `kubeslice links`. */
export const command = fleetList({
  name: 'links',
  summary: 'List the tunnels between nodes, the worst first',
  examples: ['kubeslice links --context hub', 'kubeslice links --slice app-slice --cluster east -o wide'],
  options: [sliceOption, clusterOption],
  kinds: ['Links'],
  rows: (snapshot, input) => planLinks(snapshot).filter((row) => isWanted(input, { ...row, clusters: [row.cluster, row.peerCluster] })),
  columns: (color) => [
    { title: 'SLICE', value: (row) => row.slice },
    { title: 'FROM', value: (row) => `${row.cluster}/${row.node}` },
    { title: 'TO', value: (row) => `${row.peerCluster}/${row.peerNode}` },
    { title: 'STATE', value: (row) => row.state, paint: paintState(color) },
    { title: 'RTT', value: (row) => (row.rttMs === undefined ? undefined : `${row.rttMs.toFixed(2)} ms`), align: 'right' },
    { title: 'LOSS', value: (row) => (row.lossPercent === undefined ? undefined : `${row.lossPercent} %`), align: 'right' },
    { title: 'SINCE', value: (row) => formatAge(Date.now() - Date.parse(row.since)), align: 'right' },
    { title: 'DRIVER', value: (row) => row.driver },
    { title: 'HANDSHAKE', value: (row) => (row.handshakeAgeSeconds === undefined ? undefined : `${row.handshakeAgeSeconds}s`), wide: true },
    { title: 'REASON', value: (row) => (row.state === 'Up' ? undefined : row.reason) },
  ],
  none: 'No cluster reports a link; there must be a slice with at least two nodes.',
});
