import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeVotes, type Vote } from '../links/link-votes.ts';
import { type Observer, planWithdrawals } from './withdrawal.ts';

const observer = (said: Readonly<Record<string, Vote>>, more: Partial<Observer> = {}): Observer => {
  const clusters = Map.groupBy(Object.entries(said), ([peer]) => peer.slice(0, peer.indexOf('/')));
  return {
    node: 'w1',
    cluster: undefined,
    fresh: true,
    votes: Object.fromEntries(
      [...clusters].map(([cluster, votes]) => [
        cluster,
        encodeVotes(new Map(votes.map(([peer, vote]) => [peer.slice(cluster.length + 1), vote]))),
      ]),
    ),
    ...more,
  };
};
const known = ['east/n1', 'east/n2', 'north/n1', 'west/w1', 'west/w2', 'west/w3', 'east/w1'];
const withdrawn = (observers: readonly Observer[]): string[] => {
  const decided = planWithdrawals(observers);
  return known.filter((path) => decided.has(path.slice(0, path.indexOf('/')), path.slice(path.indexOf('/') + 1)));
};
const old = { fresh: false };

test.each<[string, Observer[], string[]]>([
  ['nobody observes', [], []],
  ['a node without a report', [observer({}, { votes: undefined })], []],
  ['a node without links', [observer({})], []],
  ['one observer, Up', [observer({ 'east/n1': 'Up' })], []],
  ['one observer, Pending', [observer({ 'east/n1': 'Pending' })], []],
  ['Down, and another of the same cluster Up', [observer({ 'east/n1': 'Down', 'east/n2': 'Up' })], ['east/n1']],
  ['both Down', [observer({ 'east/n1': 'Down', 'east/n2': 'Up' }), observer({ 'east/n1': 'Down', 'east/n2': 'Up' })], ['east/n1']],
  ['Down and Up', [observer({ 'east/n1': 'Down' }), observer({ 'east/n1': 'Up' })], []],
  [
    'Down and Pending',
    [observer({ 'east/n1': 'Down', 'east/n2': 'Up' }), observer({ 'east/n1': 'Pending', 'east/n2': 'Up' })],
    ['east/n1'],
  ],
  ['Down and no link', [observer({ 'east/n1': 'Down', 'east/n2': 'Up' }), observer({})], ['east/n1']],
  ['Down and an old Up', [observer({ 'east/n1': 'Down', 'east/n2': 'Up' }), observer({ 'east/n1': 'Up' }, old)], ['east/n1']],
  ['Up and an old Down', [observer({ 'east/n1': 'Up' }), observer({ 'east/n1': 'Down' }, old)], []],
  [
    'Pending and an old Down',
    [observer({ 'east/n1': 'Pending', 'east/n2': 'Up' }), observer({ 'east/n1': 'Down', 'east/n2': 'Up' }, old)],
    ['east/n1'],
  ],
  ['an old Down alone, for who is silent takes nothing back', [observer({ 'east/n1': 'Down', 'east/n2': 'Up' }, old)], ['east/n1']],
  ['an old Down and an old Up', [observer({ 'east/n1': 'Down' }, old), observer({ 'east/n1': 'Up' }, old)], []],
  ['a whole cluster', [observer({ 'east/n1': 'Down', 'east/n2': 'Down' })], ['east/n1', 'east/n2', 'east/w1']],
])('%s', (_, observers, expected) => {
  expect(withdrawn(observers)).toEqual(expected);
  expect(withdrawn(observers.toReversed())).toEqual(expected);
});

describe('knowing its own cluster', () => {
  const at = (node: string, said: Readonly<Record<string, Vote>>) => observer(said, { node, cluster: 'west' });
  test.each<[string, Observer[], string[]]>([
    [
      'the last report of a dead local node counts for nothing',
      [
        at('w1', { 'east/n1': 'Up', 'east/n2': 'Up', 'west/w2': 'Up' }),
        at('w2', { 'east/n1': 'Down', 'east/n2': 'Up', 'west/w1': 'Down', 'west/w3': 'Up' }),
      ],
      ['east/n1', 'west/w1'],
    ],
    [
      'two nodes that do not see one another are both believed about others, and stay',
      [
        at('w1', { 'east/n1': 'Up', 'east/n2': 'Down', 'west/w2': 'Down' }),
        at('w2', { 'east/n1': 'Down', 'east/n2': 'Down', 'west/w1': 'Down' }),
      ],
      ['east/n2', 'west/w3', 'east/w1'].filter((path) => path === 'east/n2'),
    ],
    [
      'of three, the one that the two others do not reach is not believed',
      [
        at('w1', { 'east/n1': 'Up', 'east/n2': 'Up', 'west/w2': 'Down', 'west/w3': 'Down' }),
        at('w2', { 'east/n1': 'Down', 'east/n2': 'Up', 'west/w1': 'Down', 'west/w3': 'Up' }),
        at('w3', { 'east/n1': 'Down', 'east/n2': 'Up', 'west/w1': 'Down', 'west/w2': 'Up' }),
      ],
      ['east/n1', 'west/w1'],
    ],
  ])('%s', (_, observers, expected) => {
    const seen = withdrawn(observers).filter((path) => path !== 'west/w3' && path !== 'east/w1');
    expect(seen).toEqual(expected);
  });
});

test('is the rule, for any votes in any order', () => {
  const vote = fc.constantFrom<Vote | 'none'>('Up', 'Down', 'Pending', 'none');
  const votes = fc.record({ said: fc.record({ n1: vote, n2: vote, n3: vote, n4: vote }), fresh: fc.boolean() });
  fc.assert(
    fc.property(fc.array(votes, { maxLength: 6 }), (all) => {
      const observers = all.map(({ said, fresh }, index) =>
        observer(Object.fromEntries(Object.entries(said).flatMap(([node, each]) => (each === 'none' ? [] : [[`east/${node}`, each]]))), {
          fresh,
          node: `w${index}`,
        }),
      );
      const decided = planWithdrawals(observers);
      for (const node of ['n1', 'n2', 'n3', 'n4'] as const) {
        // A node that an observer does not name is as the rest of its cluster, so the rule is stated for those that all name.
        if (all.some(({ said }) => said[node] === 'none')) continue;
        const verdict = (fresh: boolean) => {
          const cast = all.filter((each) => each.fresh === fresh).map(({ said }) => said[node]);
          return cast.includes('Up') ? 'Up' : cast.includes('Down') ? 'Down' : undefined;
        };
        expect(decided.has('east', node)).toBe((verdict(true) ?? verdict(false)) === 'Down');
      }
    }),
  );
});

test('tells the clusters about whose nodes it changed', () => {
  const before = planWithdrawals([observer({ 'east/n1': 'Down', 'east/n2': 'Up', 'north/n1': 'Down' })]);
  expect(planWithdrawals([observer({ 'east/n1': 'Up', 'east/n2': 'Up', 'north/n1': 'Down' })]).changedFrom(before)).toEqual(['east']);
  expect(before.changedFrom(before)).toEqual([]);
});
