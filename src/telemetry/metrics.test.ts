import { describe, expect, it } from 'vitest';
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

it.each(definitions)('%s is exported by somebody', (_, { programs }) => {
  expect(programs.length).toBeGreaterThan(0);
  expect(new Set(programs).size).toBe(programs.length);
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

it('measures its own process when asked to, without sampling the event loop all the time', async () => {
  const text = await createMetrics({ process: true }).text();
  expect(text).toContain('process_resident_memory_bytes');
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).not.toContain('nodejs_eventloop_lag_p99_seconds');
});

it('exports what is its own and drops what shared code measures for others', async () => {
  const metrics = createMetrics({ program: 'dns', version: '1.2.3' });
  metrics.add('kernelChanges', {});
  metrics.set('leading', { lease: 'x' }, 1);
  metrics.set('dnsServices', {}, 3);
  const text = await metrics.text();
  expect(text).toContain(`kubeslice_build_info{program="dns",version="1.2.3",nodejs="${process.version}"} 1`);
  expect(text).toContain('kubeslice_dns_services 3');
  expect(text).not.toMatch(/kubeslice_(kernel|leading|worker|node|slice|reconcile)/);
});

it('says nothing of a gauge that was never set', async () => {
  expect(await createMetrics().text()).not.toMatch(/^kubeslice_hub_away_seconds \d/m);
});

describe('a source', () => {
  it('is asked at each scrape, and leaves no series of what is gone', async () => {
    const metrics = createMetrics();
    let slices = ['blue', 'red'];
    let away: number | undefined = 3;
    const stop = metrics.measure(() => ({
      sliceReady: slices.map((slice) => ({ labels: { project: 'default', slice }, value: 1 })),
      ...(away === undefined ? {} : { hubAwaySeconds: [{ labels: {}, value: away }] }),
    }));
    expect(await metrics.text()).toContain('kubeslice_slice_ready{project="default",slice="blue"} 1');
    expect(await metrics.text()).toContain('kubeslice_hub_away_seconds 3');
    slices = ['red'];
    away = undefined;
    const text = await metrics.text();
    expect(text).toContain('slice="red"');
    expect(text).not.toContain('slice="blue"');
    expect(text).not.toMatch(/^kubeslice_hub_away_seconds \d/m);
    stop();
    expect(await metrics.text()).not.toContain('slice="red"');
  });

  it('adds to what the other sources of a gauge give', async () => {
    const metrics = createMetrics();
    for (const slice of ['blue', 'red']) metrics.measure(() => ({ memberSliceReady: [{ labels: { slice }, value: 1 }] }));
    const text = await metrics.text();
    expect(text).toContain('kubeslice_member_slice_ready{slice="blue"} 1');
    expect(text).toContain('kubeslice_member_slice_ready{slice="red"} 1');
  });

  it('that fails keeps nobody else from being measured', async () => {
    const metrics = createMetrics();
    metrics.measure(() => Promise.reject(new Error('broken')));
    metrics.measure(() => {
      throw new Error('broken');
    });
    metrics.measure(() => ({ memberSliceReady: [{ labels: { slice: 'red' }, value: 0 }] }));
    expect(await metrics.text()).toContain('kubeslice_member_slice_ready{slice="red"} 0');
  });
});
