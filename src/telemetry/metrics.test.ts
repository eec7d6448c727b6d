import { expect, it } from 'vitest';
import { type MetricDefinition, metricCatalogue } from './catalogue.ts';
import { createMetrics } from './metrics.ts';

const definitions: readonly [string, MetricDefinition][] = Object.entries(metricCatalogue);

it.each(definitions)('%s is named and described by the rules', (_, { name, type, help, labels, buckets }) => {
  expect(name).toMatch(/^kubeslice_[a-z0-9]+(_[a-z0-9]+)*$/);
  expect(name.endsWith('_total')).toBe(type === 'counter');
  if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes|ratio)$/);
  expect(help).toMatch(/^[A-Z0-9].*\.$/s);
  expect(new Set(labels).size).toBe(labels.length);
  expect(buckets?.toSorted((a, b) => a - b)).toEqual(buckets);
});

it('has no two metrics of one name', () => {
  const names = definitions.map(([, { name }]) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('counts, sets, observes and removes', async () => {
  const metrics = createMetrics();
  metrics.add('apiRequests', { server: 'hub', method: 'GET', status: '200' });
  metrics.add('apiRequests', { server: 'hub', method: 'GET', status: '200' }, 2);
  metrics.set('mirrorObjects', { mirror: 'pods' }, 7);
  metrics.set('mirrorObjects', { mirror: 'nodes' }, 1);
  metrics.remove('mirrorObjects', { mirror: 'nodes' });
  metrics.observe('reconcileSeconds', { controller: 'slice' }, 0.003);
  const text = await metrics.text();
  expect(text).toContain('kubeslice_api_requests_total{server="hub",method="GET",status="200"} 3');
  expect(text).toContain('kubeslice_mirror_objects{mirror="pods"} 7');
  expect(text).not.toContain('mirror="nodes"');
  expect(text).toContain('kubeslice_reconcile_seconds_bucket{le="0.0025",controller="slice"} 0');
  expect(text).toContain('kubeslice_reconcile_seconds_bucket{le="0.005",controller="slice"} 1');
});

it('keeps two programs in one process apart', async () => {
  const one = createMetrics();
  const two = createMetrics();
  one.set('leading', { lease: 'controller' }, 1);
  expect(await two.text()).not.toContain('lease="controller"');
});

it('measures its own process when asked to', async () => {
  expect(await createMetrics({ process: true }).text()).toContain('process_resident_memory_bytes');
});
