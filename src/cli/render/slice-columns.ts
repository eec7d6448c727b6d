import type { SliceRow } from '../../plan/status/slices.ts';
import { paintState } from './status-colors.ts';
import type { Column } from './table.ts';
import type { Colors } from './terminal.ts';

/** The first columns of every table of slices. */
export const sliceColumns = (color: Colors): Column<SliceRow>[] => [
  { title: 'SLICE', value: (row) => row.name },
  { title: 'STATE', value: (row) => (row.ready ? 'Ready' : row.reason), paint: paintState(color) },
  { title: 'SUBNET', value: (row) => row.subnet },
  { title: 'CLUSTERS', value: (row) => row.clusters },
  { title: 'NODES', value: (row) => row.nodes, align: 'right' },
  { title: 'LINKS UP', value: (row) => `${row.linksUp}/${row.links}`, align: 'right' },
];
