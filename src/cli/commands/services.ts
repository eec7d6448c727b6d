import { clusterOption, fleetList, isWanted, sliceOption } from '../fleet/fleet-list.ts';
import { formatAge } from '../render/age.ts';

/** `kubeslice services`. */
export const command = fleetList({
  name: 'services',
  summary: 'List the services that clusters offer to slices',
  examples: ['kubeslice services --context hub', 'kubeslice services --slice app-slice -o json'],
  options: [sliceOption, clusterOption],
  kinds: ['Export', 'Endpoints', 'Links', 'Node'],
  rows: ({ services }, input) => services.filter((row) => isWanted(input, { ...row, clusters: [row.cluster] })),
  columns: (color) => [
    { title: 'SLICE', value: (row) => row.slice },
    { title: 'NAMESPACE', value: (row) => row.namespace },
    { title: 'SERVICE', value: (row) => row.name },
    { title: 'CLUSTER', value: (row) => row.cluster },
    { title: 'PORTS', value: (row) => row.ports.join(',') },
    {
      title: 'READY',
      value: (row) => `${row.ready}/${row.endpoints.length}`,
      paint: (text, row) => (row.ready > 0 ? color.green(text) : color.red(text)),
      align: 'right',
    },
    { title: 'NAME', value: (row) => row.dnsName },
    {
      title: 'FOR',
      value: ({ since }) => (since === undefined ? undefined : formatAge(Date.now() - Date.parse(since))),
      align: 'right',
    },
    { title: 'PROBLEM', value: (row) => row.problem, paint: color.red },
    { title: 'ENDPOINTS', value: (row) => row.endpoints.flatMap(({ addresses }) => addresses).join(','), wide: true },
  ],
  none: 'No cluster offers a service; apply a ServiceExport in a member cluster, see examples/app-slice.',
});
