import { expect, test } from 'vitest';
import { nodePath, type ObservingNode, sameStates, withdrawnNodes } from './withdrawal.ts';

const observer = (slice: string, links: Record<string, string>, node = 'w1'): ObservingNode => ({
  spec: { slice, node },
  status: { links: Object.fromEntries(Object.entries(links).map(([peer, state]) => [peer, { state }])) },
});

test.each<[string, ObservingNode[], string[]]>([
  ['nobody observes', [], []],
  ['a node without status', [{ spec: { slice: 'app', node: 'w1' } }], []],
  ['a node without links', [{ spec: { slice: 'app', node: 'w1' }, status: {} }], []],
  ['one observer, Down', [observer('app', { 'east/n1': 'Down' })], ['app/east/n1']],
  ['one observer, Up', [observer('app', { 'east/n1': 'Up' })], []],
  ['one observer, Suspect', [observer('app', { 'east/n1': 'Suspect' })], []],
  ['one observer, Pending', [observer('app', { 'east/n1': 'Pending' })], []],
  ['both Down', [observer('app', { 'east/n1': 'Down' }), observer('app', { 'east/n1': 'Down' })], ['app/east/n1']],
  ['Down and Up', [observer('app', { 'east/n1': 'Down' }), observer('app', { 'east/n1': 'Up' })], []],
  ['Up and Down', [observer('app', { 'east/n1': 'Up' }), observer('app', { 'east/n1': 'Down' })], []],
  ['Down and Pending', [observer('app', { 'east/n1': 'Down' }), observer('app', { 'east/n1': 'Pending' })], []],
  ['Down and no link', [observer('app', { 'east/n1': 'Down' }), observer('app', {})], ['app/east/n1']],
  ['another node of the same cluster', [observer('app', { 'east/n1': 'Down', 'east/n2': 'Up' })], ['app/east/n1']],
  ['the same node in another slice', [observer('app', { 'east/n1': 'Down' }), observer('web', { 'east/n1': 'Up' })], ['app/east/n1']],
  ['everything', [observer('app', { 'east/n1': 'Down', 'north/n1': 'Down' })], ['app/east/n1', 'app/north/n1']],
])('%s', (_, observers, expected) => {
  expect([...withdrawnNodes(observers)].toSorted()).toEqual(expected);
  expect([...withdrawnNodes(observers.toReversed())].toSorted()).toEqual(expected);
});

test('paths are those of the zone', () => {
  expect(withdrawnNodes([observer('app', { 'east/n1': 'Down' })])).toContain(nodePath('app', 'east', 'n1'));
});

test.each<[string, ObservingNode[], string[]]>([
  [
    'the last report of a dead local node counts for nothing',
    [observer('app', { 'east/n1': 'Up', 'west/w2': 'Up' }, 'w1'), observer('app', { 'east/n1': 'Down', 'west/w1': 'Down' }, 'w2')],
    ['app/east/n1', 'app/west/w1'],
  ],
  [
    'two nodes that do not see one another are both believed about others, and stay',
    [
      observer('app', { 'east/n1': 'Up', 'east/n2': 'Down', 'west/w2': 'Down' }, 'w1'),
      observer('app', { 'east/n1': 'Down', 'east/n2': 'Down', 'west/w1': 'Down' }, 'w2'),
    ],
    ['app/east/n2'],
  ],
  [
    'of three, the one that the two others do not reach is not believed',
    [
      observer('app', { 'east/n1': 'Up', 'west/w2': 'Down', 'west/w3': 'Down' }, 'w1'),
      observer('app', { 'east/n1': 'Down', 'west/w1': 'Down', 'west/w3': 'Up' }, 'w2'),
      observer('app', { 'east/n1': 'Down', 'west/w1': 'Down', 'west/w2': 'Up' }, 'w3'),
    ],
    ['app/east/n1', 'app/west/w1'],
  ],
  [
    'a node of the same name elsewhere is another node',
    [observer('app', { 'east/n1': 'Up', 'east/w1': 'Down' }, 'w1'), observer('app', { 'east/n1': 'Down', 'east/w1': 'Down' }, 'w2')],
    ['app/east/w1'],
  ],
  [
    'one slice does not judge the nodes of another',
    [
      observer('app', { 'east/n1': 'Up' }, 'w1'),
      observer('app', { 'east/n1': 'Down' }, 'w2'),
      observer('web', { 'west/w1': 'Down' }, 'w2'),
    ],
    ['web/west/w1'],
  ],
])('knowing its own cluster: %s', (_, observers, expected) => {
  const labelled = observers.map((each) => ({ ...each, metadata: { labels: { 'kubeslice.io/cluster': 'west' } } }));
  expect([...withdrawnNodes(labelled)].toSorted()).toEqual(expected);
});

test('only states make a report another', () => {
  const report = (links: Record<string, string>) => observer('app', links).status;
  expect(sameStates(undefined, {})).toBe(true);
  const measured = { state: 'Up', rttMs: 3 };
  expect(sameStates(report({ a: 'Up' }), { links: { a: measured } })).toBe(true);
  expect(sameStates(report({ a: 'Up' }), report({ a: 'Down' }))).toBe(false);
  expect(sameStates(report({ a: 'Up' }), report({ a: 'Up', b: 'Up' }))).toBe(false);
  expect(sameStates(report({ a: 'Up', b: 'Up' }), report({ a: 'Up', c: 'Up' }))).toBe(false);
});
