import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelSelector } from '../../../values/builtin/label-selector.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import { hasNotEnded } from './export-pods.ts';
import { SelectedPods } from './selected-pods.ts';
import { selects } from './selector.ts';

const pod = (name: string, labels: Record<string, string> = { app: 'web' }, namespace = 'app-ns', more: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: `uid-${name}`, labels },
  ...more,
});
const web: LabelSelector = { matchLabels: { app: 'web' } };
const names = (selected: SelectedPods, key: string): string[] =>
  selected
    .podsOf(key)
    .map(({ metadata }) => metadata.name)
    .toSorted();

describe('the pods that exports select', () => {
  it('are told by a change of a pod: who selects it, and who did before', () => {
    const selected = new SelectedPods();
    selected.setExport('app-ns/web', web);
    selected.setExport('app-ns/db', { matchLabels: { app: 'db' } });
    expect([...selected.setPod(pod('a'))]).toEqual(['app-ns/web']);
    expect([...selected.setPod(pod('a', { app: 'db' }))].toSorted()).toEqual(['app-ns/db', 'app-ns/web']);
    expect([names(selected, 'app-ns/web'), names(selected, 'app-ns/db')]).toEqual([[], ['a']]);
    expect([...selected.exportsOf('uid-a')]).toEqual(['app-ns/db']);
    expect([...selected.deletePod('app-ns/a')]).toEqual(['app-ns/db']);
    expect([...selected.deletePod('app-ns/a')]).toEqual([]);
  });

  it('are of the namespace of the export, and none that has ended', () => {
    const selected = new SelectedPods();
    selected.setExport('app-ns/all', {});
    selected.setPod(pod('other', {}, 'other-ns'));
    selected.setPod(pod('done', {}, 'app-ns', { status: { phase: 'Succeeded' } }));
    selected.setPod(pod('a', {}));
    expect(names(selected, 'app-ns/all')).toEqual(['a']);
    selected.keepNamespaces(new Set(['other-ns']));
    expect(names(selected, 'app-ns/all')).toEqual([]);
  });

  it('are those that a look at all pods would find, whatever came in which order', () => {
    const label = fc.constantFrom('a', 'b', 'c');
    const labels = fc.dictionary(label, fc.constantFrom('1', '2'), { maxKeys: 3 });
    const selector = fc.record({
      matchLabels: labels,
      matchExpressions: fc.array(fc.record({ key: label, operator: fc.constantFrom('Exists', 'DoesNotExist') }), { maxLength: 1 }),
    });
    const index = fc.nat(4);
    const change = fc.oneof(
      fc.record({ pod: index, labels: fc.option(labels, { nil: undefined }) }),
      fc.record({ export: index, selector: fc.option(selector, { nil: undefined }) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const selected = new SelectedPods();
        const pods = new Map<string, Pod>();
        const exports = new Map<string, LabelSelector>();
        for (const one of changes) {
          if ('pod' in one) {
            const name = `p${one.pod}`;
            if (one.labels === undefined) {
              pods.delete(name);
              selected.deletePod(`app-ns/${name}`);
            } else {
              pods.set(name, pod(name, one.labels));
              selected.setPod(pod(name, one.labels));
            }
          } else {
            const key = `app-ns/e${one.export}`;
            if (one.selector === undefined) exports.delete(key);
            else exports.set(key, one.selector);
            selected.setExport(key, one.selector);
          }
        }
        for (const [key, wanted] of exports) {
          const found = [...pods.values()].filter((each) => hasNotEnded(each) && selects(wanted, each.metadata.labels));
          expect(names(selected, key)).toEqual(found.map(({ metadata }) => metadata.name).toSorted());
          for (const { metadata } of found) expect(selected.exportsOf(metadata.uid ?? '')).toContain(key);
        }
      }),
    );
  });
});
