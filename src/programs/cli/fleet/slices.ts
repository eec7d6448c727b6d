import { formatAge } from '../duration.ts';
import { fleetList } from './fleet-list.ts';
import { paintState } from './status-colors.ts';

/** `kubeslice slices`. */
export const command = fleetList({
  name: 'slices',
  summary: 'List the slices',
  examples: ['kubeslice slices --context hub', 'kubeslice slices --context east -o wide'],
  kinds: ['Node', 'Links'],
  rows: ({ slices }) => slices,
  columns: (color) => [
    { title: 'SLICE', value: (row) => row.name },
    { title: 'STATE', value: (row) => (row.ready ? 'Ready' : row.reason), paint: paintState(color) },
    { title: 'SUBNET', value: (row) => row.subnet },
    { title: 'CLUSTERS', value: (row) => row.clusters },
    { title: 'NODES', value: (row) => row.nodes, align: 'right' },
    { title: 'LINKS UP', value: (row) => `${row.linksUp}/${row.links}`, align: 'right' },
    { title: 'NAMESPACES', value: (row) => row.namespaces.join(',') },
    { title: 'AGE', value: (row) => (row.created === undefined ? undefined : formatAge(Date.now() - Date.parse(row.created))) },
    { title: 'MESSAGE', value: (row) => row.message, wide: true },
  ],
  none: 'There are no slices; apply one on the hub, see examples/app-slice.',
});
