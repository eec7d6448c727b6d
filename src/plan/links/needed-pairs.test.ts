import { expect, it } from 'vitest';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { report } from '../fixtures/hub.ts';
import { neededPairs } from './needed-pairs.ts';

const off = (missing: number) => ({ missing, missingNodes: [{ node: 'w2', reason: 'off.', notReady: true as const }] });

it.each<[string, LinksBody, LinksBody | undefined, [up: number, down: number, total: number] | undefined]>([
  ['all there', report(2, { west: [4, 4] }), report(2), [4, 0, 4]],
  ['a node of the other cluster is off', report(2, { west: [2, 4] }), report(1, {}, off(1)), [2, 0, 2]],
  ['it is off, and another link is down', report(2, { west: [1, 4, 3] }), report(1, {}, off(1)), [1, 1, 2]],
  ['it is drained and still answers', report(2, { west: [4, 4] }), report(1, {}, { outOfService: 1 }), [2, 0, 2]],
  ['it is off, and this cluster has forgotten it', report(2, { west: [2, 2] }), report(1, {}, off(1)), [2, 0, 2]],
  ['a node was just added there', report(2, { west: [4, 4] }), report(3), [4, 0, 6]],
  ['a node was just added there, which has not said so yet', report(2, { west: [4, 6, 0] }), report(2), [4, 0, 6]],
  ['all nodes there are off', report(2, { west: [0, 2] }), report(0, {}, off(1)), [0, 0, 0]],
  ['the other one has not reported', report(2, { west: [2, 4] }), undefined, [2, 2, 4]],
  ['this one knows no node there', report(2), report(2), [0, 0, 4]],
])('%s', (_, east, west, expected) => {
  const pairs = neededPairs(
    'east',
    east,
    new Map([
      ['east', east],
      ['west', west],
    ]),
  ).filter(({ cluster }) => cluster === 'west');
  expect(pairs.map(({ up, down, total }) => [up, down, total])).toEqual(expected === undefined ? [] : [expected]);
});
