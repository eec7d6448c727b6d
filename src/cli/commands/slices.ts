import { fleetList } from '../fleet/fleet-list.ts';
import { formatAge } from '../render/age.ts';
import { sliceColumns } from '../render/slice-columns.ts';

/** `kubeslice slices`. */
export const command = fleetList({
  name: 'slices',
  summary: 'List the slices',
  examples: ['kubeslice slices --context hub', 'kubeslice slices --context east -o wide'],
  kinds: ['Node', 'Links'],
  rows: ({ slices }) => slices,
  columns: (color) => [
    ...sliceColumns(color),
    { title: 'NAMESPACES', value: (row) => row.namespaces.join(',') },
    { title: 'AGE', value: (row) => (row.created === undefined ? undefined : formatAge(Date.now() - Date.parse(row.created))) },
    { title: 'MESSAGE', value: (row) => row.message, wide: true },
  ],
  none: 'There are no slices; apply one on the hub, see examples/app-slice.',
});
