import { expect, it } from 'vitest';
import type { Node } from '../../values/builtin/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { podToMove } from './spread-pods.ts';

const node = (name: string, spec: Node['spec'] = {}, ready: 'True' | 'False' = 'True', labels = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec,
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (name: string, nodeName: string, spec: Partial<Pod['spec']> = {}, ready: 'True' | 'False' = 'True'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: `2026-01-0${name.slice(1)}T00:00:00Z` },
  spec: { containers: [], nodeName, ...spec },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const both = [pod('p1', 'a'), pod('p2', 'a')];
const tainted = (effect: string): Node['spec'] => ({ taints: [{ key: 'x', effect }] });

it.each<[string, Pod[], Node[], string | undefined]>([
  ['two on one node, another is free: the younger moves', both, [node('a'), node('b')], 'p2'],
  ['in any order', both.toReversed(), [node('b'), node('a')], 'p2'],
  ['spread', [pod('p1', 'a'), pod('p2', 'b')], [node('a'), node('b'), node('c')], undefined],
  ['no other node', both, [node('a')], undefined],
  ['the other is cordoned', both, [node('a'), node('b', { unschedulable: true })], undefined],
  ['the other is not Ready', both, [node('a'), node('b', {}, 'False')], undefined],
  ['the other is tainted', both, [node('a'), node('b', tainted('NoSchedule'))], undefined],
  ['the other is only avoided', both, [node('a'), node('b', tainted('PreferNoSchedule'))], 'p2'],
  [
    'the other does not have its labels',
    [pod('p1', 'a'), pod('p2', 'a', { nodeSelector: { disk: 'x' } })],
    [node('a'), node('b')],
    undefined,
  ],
  [
    'the other has them',
    [pod('p1', 'a'), pod('p2', 'a', { nodeSelector: { disk: 'x' } })],
    [node('a'), node('b', {}, 'True', { disk: 'x' })],
    'p2',
  ],
  ['somebody has other wishes', [pod('p1', 'a'), pod('p2', 'a', { affinity: { nodeAffinity: {} } })], [node('a'), node('b')], undefined],
  ['one is not Ready', [pod('p1', 'a'), pod('p2', 'a', {}, 'False')], [node('a'), node('b')], undefined],
  ['none', [], [node('a')], undefined],
])('%s', (_, pods, nodes, moves) => expect(podToMove(pods, nodes)?.metadata.name).toBe(moves));
