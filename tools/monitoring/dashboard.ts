import { type MetricKey, metricCatalogue } from '../../src/telemetry/catalogue.ts';

/** One graph or number of the dashboard. */
interface Panel {
  readonly title: string;
  readonly text: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  readonly unit?: 's' | 'bytes' | 'Bps' | 'short' | 'bool_yes_no' | 'percentunit' | 'reqps';
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  /** For numbers: the value from which on they are red; below green. */
  readonly redFrom?: number;
}

const m = (key: MetricKey): string => metricCatalogue[key].name;
const one = (expr: string, legend: string): Panel['queries'] => [{ expr, legend }];

const rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[] = [
  {
    title: 'What people asked for',
    panels: [
      {
        title: 'Firing alerts',
        text: 'Alerts of KubeSlice that fire now.',
        kind: 'stat',
        redFrom: 1,
        queries: one('count(ALERTS{alertname=~"KubeSlice.*",alertstate="firing"}) or vector(0)', 'firing'),
      },
      {
        title: 'Slices not Ready',
        text: 'On the hub, or the parts of this cluster.',
        kind: 'stat',
        redFrom: 1,
        queries: one(`count(${m('sliceReady')} == 0 or ${m('memberSliceReady')} == 0) or vector(0)`, 'slices'),
      },
      {
        title: 'Clusters away from the hub',
        text: 'As the hub sees it.',
        kind: 'stat',
        redFrom: 1,
        queries: one(`count(${m('clusterConnected')} == 0) or vector(0)`, 'clusters'),
      },
      {
        title: 'Services without endpoints',
        text: 'Imported names that have no address.',
        kind: 'stat',
        redFrom: 1,
        queries: one(`count(${m('importEndpoints')} == 0) or vector(0)`, 'services'),
      },
      {
        title: 'Endpoints by imported service',
        text: 'Ready endpoints in all clusters.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`max by (slice, service_namespace, service) (${m('importEndpoints')})`, '{{slice}} {{service}}.{{service_namespace}}'),
      },
      {
        title: 'Endpoints by export',
        text: 'Pods of this cluster that are attached and Ready.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`max by (slice, service_namespace, service) (${m('exportEndpoints')})`, '{{slice}} {{service}}.{{service_namespace}}'),
      },
    ],
  },
  {
    title: 'Links',
    panels: [
      {
        title: 'Links down by cluster',
        text: 'Links from nodes of this cluster that carry no packets.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`max by (slice, cluster) (${m('links')}{state="down"})`, '{{slice}} to {{cluster}}'),
      },
      {
        title: 'Links by node and state',
        text: 'As each agent judges them.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`sum by (node, state) (${m('nodeLinks')})`, '{{node}} {{state}}'),
      },
      {
        title: 'Longest round trip',
        text: 'Worst of the smoothed round trips from a node to a cluster, through the tunnel.',
        kind: 'timeseries',
        unit: 's',
        queries: one(`max by (slice, cluster) (${m('nodeLinkRttSeconds')})`, '{{slice}} to {{cluster}}'),
      },
      {
        title: 'Oldest handshake',
        text: 'WireGuard makes one every two minutes where there is traffic.',
        kind: 'timeseries',
        unit: 's',
        queries: one(`max by (slice, cluster) (${m('nodeHandshakeAgeSeconds')})`, '{{slice}} to {{cluster}}'),
      },
      {
        title: 'Traffic through tunnels',
        text: 'Bytes in a second, by slice, of all nodes.',
        kind: 'timeseries',
        unit: 'Bps',
        queries: [
          { expr: `sum by (slice) (rate(${m('nodeReceivedBytes')}[5m]))`, legend: '{{slice}} received' },
          { expr: `sum by (slice) (rate(${m('nodeSentBytes')}[5m]))`, legend: '{{slice}} sent' },
        ],
      },
      {
        title: 'Attached pods',
        text: 'By slice and node.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`sum by (slice, node) (${m('nodePods')})`, '{{slice}} {{node}}'),
      },
    ],
  },
  {
    title: 'Hub and statements',
    panels: [
      {
        title: 'Hub away',
        text: 'Seconds since this cluster lost contact with the hub.',
        kind: 'timeseries',
        unit: 's',
        queries: one(`max(${m('hubAwaySeconds')})`, 'away'),
      },
      {
        title: 'Credential for the hub',
        text: 'Seconds until it expires.',
        kind: 'timeseries',
        unit: 's',
        queries: one(`min(${m('hubCredentialRemainingSeconds')})`, 'left'),
      },
      {
        title: 'Refused statements',
        text: 'By author.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`max by (slice, cluster) (${m('refusedStatements')})`, '{{slice}} {{cluster}}'),
      },
      {
        title: 'Use of budgets',
        text: 'Part of what one member may use.',
        kind: 'timeseries',
        unit: 'percentunit',
        queries: one(
          `max by (slice, cluster, budget) (${m('budgetUsed')}) / on (budget) group_left () max by (budget) (${m('budgetLimit')})`,
          '{{slice}} {{cluster}} {{budget}}',
        ),
      },
    ],
  },
  {
    title: 'Names',
    panels: [
      {
        title: 'Answers',
        text: 'DNS responses in a second by code.',
        kind: 'timeseries',
        unit: 'reqps',
        queries: one(`sum by (code) (rate(${m('dnsResponses')}[5m]))`, '{{code}}'),
      },
      {
        title: 'Dropped',
        text: 'DNS messages and connections without an answer.',
        kind: 'timeseries',
        unit: 'reqps',
        queries: one(`sum by (reason) (rate(${m('dnsDropped')}[5m]))`, '{{reason}}'),
      },
      {
        title: 'Nodes withheld',
        text: 'Nodes whose endpoints are not given out, because nobody here reaches them.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`max(${m('dnsWithdrawnNodes')})`, 'nodes'),
      },
    ],
  },
  {
    title: 'Programs',
    panels: [
      {
        title: 'Versions',
        text: 'Which program runs in which version.',
        kind: 'table',
        queries: one(`count by (program, version, nodejs) (${m('buildInfo')})`, ''),
      },
      {
        title: 'CPU',
        text: 'Cores used by each program.',
        kind: 'timeseries',
        unit: 'short',
        queries: one('sum by (component) (rate(process_cpu_seconds_total{job="kubeslice"}[5m]))', '{{component}}'),
      },
      {
        title: 'Memory',
        text: 'The largest of each program.',
        kind: 'timeseries',
        unit: 'bytes',
        queries: one('max by (component) (process_resident_memory_bytes{job="kubeslice"})', '{{component}}'),
      },
      {
        title: 'Out of touch',
        text: 'Mirrors that serve what they saw last.',
        kind: 'timeseries',
        unit: 'short',
        queries: one(`sum by (component, mirror) (${m('mirrorStale')})`, '{{component}} {{mirror}}'),
      },
      {
        title: 'Failed runs of controllers',
        text: 'Runs that are tried again, in a second.',
        kind: 'timeseries',
        unit: 'reqps',
        queries: one(`sum by (controller) (rate(${m('reconciles')}{outcome!="ok"}[5m]))`, '{{controller}}'),
      },
      {
        title: 'Changes to the kernel',
        text: 'By node; on a quiet node there are none, so a line means that somebody else changes what is ours.',
        kind: 'timeseries',
        unit: 'reqps',
        queries: one(`sum by (node) (rate(${m('kernelChanges')}[5m]))`, '{{node}}'),
      },
    ],
  },
];

const datasource = { type: 'prometheus', uid: '${datasource}' };
const panelHeight = 8;

const panelOf = (panel: Panel, id: number, x: number, y: number, w: number): object => ({
  id,
  type: panel.kind,
  title: panel.title,
  description: panel.text,
  datasource,
  gridPos: { x, y, w, h: panelHeight },
  fieldConfig: {
    defaults: {
      ...(panel.unit === undefined ? {} : { unit: panel.unit }),
      ...(panel.redFrom === undefined
        ? {}
        : {
            color: { mode: 'thresholds' },
            thresholds: {
              mode: 'absolute',
              steps: [
                { color: 'green', value: null },
                { color: 'red', value: panel.redFrom },
              ],
            },
          }),
    },
    overrides: [],
  },
  targets: panel.queries.map(({ expr, legend }, index) => ({
    refId: String.fromCodePoint(65 + index),
    datasource,
    expr,
    legendFormat: legend,
    ...(panel.kind === 'timeseries' ? {} : { instant: true }),
    ...(panel.kind === 'table' ? { format: 'table' } : {}),
  })),
});

/** Panels of the dashboard with their queries, for tests. */
export const dashboardQueries = (): readonly { readonly title: string; readonly expr: string }[] =>
  rows.flatMap(({ panels }) => panels.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ title, expr }))));

/** The dashboard as Grafana (9 or newer) imports it. */
export const dashboardFile = (): string => {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({ id: panels.length + 1, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] });
    y += 1;
    let x = 0;
    for (const panel of row.panels) {
      const w = panel.kind === 'stat' ? 6 : 12;
      if (x + w > 24) {
        x = 0;
        y += panelHeight;
      }
      panels.push(panelOf(panel, panels.length + 1, x, y, w));
      x += w;
    }
    y += panelHeight;
  }
  const dashboard = {
    uid: 'kubeslice',
    title: 'KubeSlice',
    tags: ['kubeslice'],
    timezone: 'browser',
    schemaVersion: 38,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }] },
    panels,
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
};
