import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alertCatalogue } from '../../src/telemetry/alerts.ts';
import { type MetricDefinition, metricCatalogue } from '../../src/telemetry/catalogue.ts';

/** What the scrape configuration and the PodMonitor put on every series. */
const targetLabels = ['job', 'component', 'pod', 'node'];
/** Series that are not ours: of Prometheus itself, and of the client library's process collector. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  ALERTS: ['alertname', 'alertstate'],
  up: [],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  process_start_time_seconds: [],
};
/** Words of PromQL beside names of series: functions, aggregations, and what follows them. */
const words = new Set('count max min sum rate increase absent vector or and unless by on ignoring group_left  changes'.split(' '));

const definitions: readonly MetricDefinition[] = Object.values(metricCatalogue);

/** Labels of a series that a query may name; undefined for a series that nobody exports. */
const labelsOf = (series: string): readonly string[] | undefined => {
  const known = foreign[series];
  if (known !== undefined) return [...targetLabels, ...known];
  const found = definitions.find(
    ({ name, type }) => name === series || (type === 'histogram' && [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(series)),
  );
  return found === undefined ? undefined : [...targetLabels, ...found.labels, ...(found.type === 'histogram' ? ['le'] : [])];
};

/** What a query names that is not there. */
const unknownIn = (expr: string, legend = ''): string[] => {
  const wrong: string[] = [];
  const known = new Set<string>();
  const grouped = [...expr.matchAll(/\b(?:by|on|group_left|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  const plain = expr.replaceAll(/\b(?:by|on|group_left|ignoring)\s*\([^)]*\)/g, ' ').replaceAll(/\[[^\]]*\]/g, ' ');
  for (const [, series = '', selector = ''] of plain.matchAll(/\b([A-Za-z_]\w*)\b(?:\{([^}]*)\})?(?![^{]*\})/g)) {
    if (words.has(series)) continue;
    const labels = labelsOf(series);
    if (labels === undefined) wrong.push(series);
    for (const label of labels ?? []) known.add(label);
    for (const [, label = ''] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
      if (labels?.includes(label) !== true) wrong.push(`${series}{${label}}`);
  }
  for (const label of grouped) if (label !== '' && !known.has(label)) wrong.push(`by ${label}`);
  for (const [, label = ''] of legend.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g))
    if (!grouped.includes(label)) wrong.push(`{{${label}}}`);
  return wrong;
};

interface DashboardPanel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

describe('the dashboard of the chart', () => {
  const file = join(import.meta.dirname, '../../charts/kubeslice/monitoring/dashboard.json');
  const { panels }: { panels: readonly DashboardPanel[] } = JSON.parse(readFileSync(file, 'utf8'));
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

  test('has a panel with queries', () => {
    expect(queries.length).toBeGreaterThan(20);
  });

  test.each(queries)('$title: $expr', ({ expr, legendFormat }) => {
    expect(unknownIn(expr, legendFormat)).toEqual([]);
  });
});

test.each(alertCatalogue)('alert $name asks for what is exported', ({ expr }) => {
  expect(unknownIn(expr)).toEqual([]);
});

test.each([
  ['sum by (node) (kubeslice_nodes_gone)', ['kubeslice_nodes_gone', 'by node']],
  ['max(kubeslice_mirror_stale{kind="x"})', ['kubeslice_mirror_stale{kind}']],
  ['max by (slice) (kubeslice_mirror_stale)', ['by slice']],
  ['rate(kubeslice_mirror_events_total{type="added"}[5m]) > 0', []],
])('%s has unknown parts %j', (expr, unknown) => {
  expect(unknownIn(expr)).toEqual(unknown);
});

test('a legend names what the query keeps', () => {
  expect(unknownIn('max by (mirror) (kubeslice_mirror_stale)', '{{component}} {{mirror}}')).toEqual(['{{component}}']);
});
