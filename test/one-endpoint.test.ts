import { describe, expect, it } from 'vitest';
import { planExport } from '../src/plan/exports/exports.ts';
import { SelectedPods } from '../src/plan/exports/pods/selected-pods.ts';
import { exported, pod } from '../src/plan/fixtures/worker.ts';
import { Zone } from '../src/plan/names/zone.ts';
import { cpuCost } from './cpu-cost.ts';

/*
 * What one change costs beside many exports: the work of a change is that of the export that it concerns.
 */

describe('one endpoint among 10,000 exports costs less than a millisecond', () => {
  const count = 10_000;

  it('when its pod becomes ready', () => {
    const selected = new SelectedPods();
    const labels = (index: number) => ({ app: `app-${index}` });
    const podOf = (index: number, ready: boolean) => {
      const made = pod(`p-${index}`, ready);
      return { ...made, metadata: { ...made.metadata, labels: labels(index) } };
    };
    for (let index = 0; index < count; index += 1) {
      selected.setExport(`app-ns/e${index}`, { matchLabels: labels(index) });
      selected.setPod(podOf(index, true));
    }
    const one = exported({ selector: { matchLabels: labels(7) }, ports: [{ containerPort: 80 }] });
    let ready = false;
    const cost = cpuCost(() => {
      ready = !ready;
      const affected = selected.setPod(podOf(7, ready));
      expect([...affected]).toEqual(['app-ns/e7']);
      for (const name of affected) {
        const seen = {
          exported: one,
          service: undefined,
          pods: selected.podsOf(name),
          others: [],
          namespaces: ['app-ns'],
          cluster: 'east',
        };
        planExport({ ...seen, attachment: () => ({ address: '10.0.0.2', node: 'n1' }) }, 0);
      }
    });
    expect(cost).toBeLessThan(1_000);
  });

  it('when the names learn of it', () => {
    const zone = new Zone({ serial: 1 });
    const record = (index: number, address: string) => ({
      slice: 'app',
      cluster: 'east',
      namespace: 'app-ns',
      export: `e${index}`,
      endpoints: [{ address, pod: 'p', node: `n${index % 100}` }],
      ports: [],
    });
    for (let index = 0; index < count; index += 1) zone.set(`k${index}`, record(index, '10.0.0.2'));
    let last = 2;
    const cost = cpuCost(() => {
      last = (last % 200) + 2;
      zone.set('k7', record(7, `10.0.0.${last}`));
    });
    expect(cost).toBeLessThan(1_000);
  });
});
