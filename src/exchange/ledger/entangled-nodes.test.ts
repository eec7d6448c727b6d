import { describe, expect, it } from 'vitest';
import type { NodeBody } from '../statement/node.ts';
import { entangledNodes } from './entangled-nodes.ts';

const node = (name: string, publicKey: string, ...blocks: string[]): readonly [string, NodeBody] => [
  name,
  { node: name, publicKey, endpoints: [], blocks, addresses: ['10.0.0.1'] },
];

describe('nodes that cannot be in force together', () => {
  it.each([
    ['none, where keys and blocks differ', [node('a', 'k1', '10.0.0.0/26'), node('b', 'k2', '10.0.0.64/26')], []],
    ['those of one key', [node('a', 'k', '10.0.0.0/26'), node('b', 'k', '10.0.0.64/26'), node('c', 'l', '10.0.1.0/26')], ['a', 'b']],
    ['those of one block', [node('a', 'k1', '10.0.0.0/26'), node('b', 'k2', '10.0.0.0/26'), node('c', 'k3', '10.0.1.0/26')], ['a', 'b']],
    [
      'those of which one block lies in another, however far apart in the order',
      [node('a', 'k1', '10.0.0.0/24'), node('b', 'k2', '10.0.0.0/26'), node('c', 'k3', '10.0.0.192/26'), node('d', 'k4', '10.0.1.0/26')],
      ['a', 'b', 'c'],
    ],
    ['not one whose own blocks meet', [node('a', 'k1', '10.0.0.0/24', '10.0.0.0/26'), node('b', 'k2', '10.0.1.0/26')], []],
    ['those of IPv6 too', [node('a', 'k1', 'fd00::/64'), node('b', 'k2', 'fd00::/80'), node('c', 'k3', '10.0.1.0/26')], ['a', 'b']],
  ])('%s', (_, nodes, expected) => {
    expect([...entangledNodes(new Map(nodes))].toSorted()).toEqual(expected);
    expect([...entangledNodes(new Map(nodes.toReversed()))].toSorted()).toEqual(expected);
  });
});
