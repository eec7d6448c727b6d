import type { ClusterRow } from '../../plan/status/clusters.ts';
import type { FleetStatus } from '../../plan/status/fleet-status.ts';
import type { NodeRow } from '../../plan/status/nodes.ts';
import type { SliceRow } from '../../plan/status/slices.ts';
import { mayRead } from '../../plan/status/unreadable.ts';
import type { ContextStatus } from '../fleet/context-status.ts';
import { renderProblemsShort, verdictText } from './problems-text.ts';
import { sliceColumns } from './slice-columns.ts';
import { paintState } from './status-colors.ts';
import { type Column, renderTable } from './table.ts';
import type { Colors } from './terminal.ts';
import { unreadableNotes } from './unreadable-note.ts';

/** Maximum number of rows of nodes without `-o wide`; the worst come first. */
const shownNodes = 20;

const clusterColumns = (color: Colors): Column<ClusterRow>[] => [
  { title: 'CLUSTER', value: (row) => row.name },
  { title: 'STATE', value: (row) => row.state, paint: paintState(color) },
  { title: 'NODES', value: (row) => row.nodes, align: 'right' },
  { title: 'VERSION', value: (row) => row.version },
  { title: 'KUBERNETES', value: (row) => row.kubernetesVersion },
  { title: 'AUTHORITY', value: (row) => row.fingerprint, wide: true },
];

const statusOfSlices = (color: Colors): Column<SliceRow>[] => [
  ...sliceColumns(color),
  { title: 'NAMESPACES', value: (row) => row.namespaces.join(','), wide: true },
];

const nodeColumns = (color: Colors): Column<NodeRow>[] => [
  { title: 'NODE', value: (row) => `${row.cluster}/${row.node}` },
  { title: 'SLICE', value: (row) => row.slice },
  { title: 'STATE', value: (row) => row.state, paint: paintState(color) },
  { title: 'LINKS UP', value: (row) => (row.links === undefined ? undefined : `${row.linksUp}/${row.links}`), align: 'right' },
  { title: 'ADDRESS', value: (row) => row.router },
  { title: 'ENDPOINT', value: (row) => row.endpoint, wide: true },
  { title: 'BLOCKS', value: (row) => row.blocks.join(','), wide: true },
  { title: 'REASON', value: (row) => (row.state === 'Up' ? undefined : row.reason) },
];

const programsText = ({ programs }: FleetStatus): string => (programs.length === 0 ? 'programs not shown' : programsOf(programs));
const programsOf = (programs: FleetStatus['programs']): string =>
  programs.map(({ name, available, wanted }) => `${name} ${available}/${wanted}`).join(', ');

const headOf = (status: FleetStatus): string =>
  status.side === 'hub' ? `Project ${status.project}` : `Member cluster ${status.cluster} of project ${status.project}`;

const noClusters = (status: FleetStatus): string => {
  if (!mayRead(status, 'clusters')) return '';
  return `No cluster has joined${status.joinFirst === undefined ? '.' : `: ${status.joinFirst}`}`;
};

const noSlices = (status: FleetStatus): string => {
  if (!mayRead(status, 'slices')) return '';
  return status.side === 'hub' ? 'No slices.' : 'This cluster is in no slice.';
};

/** Clusters, slices and nodes, without problems. */
const renderTables = (status: FleetStatus, color: Colors, wide: boolean): readonly string[] => {
  const { clusters, slices, nodes } = status;
  const shown = wide ? nodes : nodes.slice(0, shownNodes);
  const more = nodes.length > shown.length ? `\n… and ${nodes.length - shown.length} nodes more, none worse; -o wide shows all` : '';
  return [
    clusters.length === 0 ? noClusters(status) : renderTable(clusterColumns(color), clusters, { wide }),
    slices.length === 0 ? noSlices(status) : renderTable(statusOfSlices(color), slices, { wide }),
    nodes.length === 0 ? '' : renderTable(nodeColumns(color), shown, { wide }) + more,
  ];
};

/**
 * The state of a context for people: problems first, each with its remedy, then clusters, slices and nodes. For a cluster that is hub and member,
 * first the hub's side and then the member's.
 */
export const renderFleetStatus = (status: ContextStatus, color: Colors, wide: boolean, now: number): string => {
  const { problems, member } = status;
  const head = `${headOf(status)}: ${verdictText(problems, color)}; ${programsText(status)}`;
  const second = member === undefined ? [] : [`${headOf(member)}: ${programsText(member)}`, ...renderTables(member, color, wide)];
  const notes = unreadableNotes({ hub: status, member });
  return [head, renderProblemsShort(problems, color, now), ...renderTables(status, color, wide), ...second, ...notes]
    .filter((part) => part !== '')
    .join('\n\n');
};
