import { expect, it } from 'vitest';
import { cpuCost } from '../../../test/cpu-cost.ts';
import { endpoints } from '../../../test/exchange/author.ts';
import { ExportsOnNode } from './exports-on-node.ts';

const head = (cluster: string, name: string) => ({ kind: 'Export', cluster, subject: `app-ns/${name}` }) as const;
const shard = (cluster: string, name: string, number: number) =>
  ({ kind: 'Endpoints', cluster, subject: `app-ns/${name}/${number}` }) as const;

it('finds the exports with an endpoint on a node, in the first statement or in another part, of that cluster only', () => {
  const placed = new ExportsOnNode();
  placed.set(head('east', 'a'), endpoints(['10.0.0.2', 'n1']));
  placed.set(head('east', 'b'), endpoints(['10.0.0.4', 'n2']));
  placed.set(head('west', 'c'), endpoints(['10.0.0.2', 'n1']));
  placed.set(shard('east', 'b', 3), endpoints(['10.0.0.3', 'n1'], ['10.0.0.5', 'n2']));
  expect(placed.of('east', 'n1').toSorted()).toEqual(['app-ns/a', 'app-ns/b']);
  expect(placed.of('east', 'n2')).toEqual(['app-ns/b']);
  expect(placed.of('west', 'n1')).toEqual(['app-ns/c']);
  // One part no longer names the node, another still does.
  placed.set(head('east', 'b'), []);
  expect(placed.of('east', 'n2')).toEqual(['app-ns/b']);
  placed.set(shard('east', 'b', 3), undefined);
  expect([placed.of('east', 'n1'), placed.of('east', 'n2')]).toEqual([['app-ns/a'], []]);
  placed.set({ kind: 'Node', cluster: 'east', subject: 'n1' }, undefined);
  placed.set(head('east', 'a'), undefined);
  expect(placed.of('east', 'n1')).toEqual([]);
});

it('one change costs the same, however many exports there are', () => {
  /** For two hundred changes of one export and as many questions. */
  const cost = (exports: number): number => {
    const placed = new ExportsOnNode();
    for (let index = 0; index < exports; index += 1)
      placed.set(head('east', `e${index}`), endpoints(['10.0.0.2', `n${index % 1_000}`], ['10.0.0.3', `n${(index + 1) % 1_000}`]));
    return cpuCost(() => {
      for (let round = 0; round < 200; round += 1) {
        placed.set(head('east', 'one'), endpoints(['10.0.0.9', `m${round % 2}`]));
        placed.of('east', 'm1');
      }
    });
  };
  const [few, many] = [cost(1_000), cost(50_000)];
  expect(many).toBeLessThan(few * 5);
});
