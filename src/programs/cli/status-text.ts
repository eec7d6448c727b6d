import type { ClusterRow } from '../../plan/status/clusters.ts';
import type { FleetStatus } from '../../plan/status/fleet-status.ts';
import type { NodeRow } from '../../plan/status/nodes.ts';
import type { SliceRow } from '../../plan/status/slices.ts';
import { plainText } from '../../values/plain-text.ts';
import { paintState } from './status-colors.ts';
import { type Column, renderTable } from './table.ts';
import type { Colors } from './terminal.ts';

/** Rows of nodes that are shown unless `-o wide` asks for all; the worst come first. */
const shownNodes = 20;

const clusterColumns = (color: Colors): Column<ClusterRow>[] => [
  { title: 'CLUSTER', value: (row) => row.name },
  { title: 'STATE', value: (row) => row.state, paint: paintState(color) },
  { title: 'NODES', value: (row) => row.nodes, align: 'right' },
  { title: 'VERSION', value: (row) => row.version },
  { title: 'KUBERNETES', value: (row) => row.kubernetesVersion },
  { title: 'AUTHORITY', value: (row) => row.fingerprint, wide: true },
];

const sliceColumns = (color: Colors): Column<SliceRow>[] => [
  { title: 'SLICE', value: (row) => row.name },
  { title: 'STATE', value: (row) => (row.ready ? 'Ready' : row.reason), paint: paintState(color) },
  { title: 'SUBNET', value: (row) => row.subnet },
  { title: 'CLUSTERS', value: (row) => row.clusters },
  { title: 'NODES', value: (row) => row.nodes, align: 'right' },
  { title: 'LINKS UP', value: (row) => `${row.linksUp}/${row.links}`, align: 'right' },
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
  { title: 'REASON', value: (row) => row.reason, wide: true },
];

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const verdictOf = ({ healthy, problems }: FleetStatus, color: Colors): string => {
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const verdict = healthy ? color.green('healthy') : color.red(count(problems.length - warnings, 'problem'));
  return warnings === 0 ? verdict : `${verdict}, ${color.yellow(count(warnings, 'warning'))}`;
};

/** The state of a project for people: what is wrong first, each with the command that helps, then clusters, slices and nodes. */
export const renderFleetStatus = (status: FleetStatus, color: Colors, wide: boolean): string => {
  const { problems, clusters, slices, nodes, controller } = status;
  const head = `Project ${status.project}: ${verdictOf(status, color)}; controller ${controller.available}/${controller.replicas}`;
  const mark = { error: color.red('✗'), warning: color.yellow('!') };
  const found = problems
    .map(
      ({ subject, severity, text, help }) =>
        `${mark[severity]} ${plainText(subject)}: ${plainText(text)}\n    ${color.cyan(plainText(help))}`,
    )
    .join('\n');
  const shown = wide ? nodes : nodes.slice(0, shownNodes);
  const more = nodes.length > shown.length ? `\n… and ${nodes.length - shown.length} nodes more, none worse; -o wide shows all` : '';
  return [
    head,
    found,
    clusters.length === 0
      ? 'No cluster has joined: kubeslice join NAME --hub-context HUB --context CONTEXT'
      : renderTable(clusterColumns(color), clusters, { wide }),
    slices.length === 0 ? 'No slices.' : renderTable(sliceColumns(color), slices, { wide }),
    nodes.length === 0 ? '' : renderTable(nodeColumns(color), shown, { wide }) + more,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};
