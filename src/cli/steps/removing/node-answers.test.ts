import { describe, expect, it } from 'vitest';
import type { Event } from '../../../values/builtin/event.ts';
import type { Node } from '../../../values/builtin/node.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import { mayStillAnswer, nodeAnswers, type UncleanNode } from './node-answers.ts';

const node = (name: string, ready: 'True' | 'Unknown' = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (on: string, status: Pod['status'], metadata = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `cleanup-${on}`, ...metadata },
  spec: { containers: [], nodeName: on },
  ...(status === undefined ? {} : { status }),
});
const waiting = (reason: string, message = '') => [
  { name: 'cleanup', ready: false, restartCount: 0, state: { waiting: { reason, message } } },
];
const refusal: Event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'x' },
  involvedObject: {},
  message: 'Error creating: serviceaccount "kubeslice-agent" not found.',
};

describe('a node counts as clean only when that was seen', () => {
  it.each<[string, Node, Pod[], Event[], string | undefined]>([
    ['its pod has cleaned and runs', node('a'), [pod('a', { phase: 'Running' })], [], undefined],
    ['no pod could be made', node('a'), [], [refusal], 'Error creating: serviceaccount "kubeslice-agent" not found'],
    ['no pod is there, nobody knows why', node('a'), [], [], 'no pod was made there'],
    ['it is off', node('a', 'Unknown'), [pod('a', { phase: 'Pending' })], [], 'the node is not Ready'],
    ['it still cleans', node('a'), [pod('a', { phase: 'Pending' })], [], 'its pod cleanup-a is Pending'],
    [
      'its image cannot be fetched',
      node('a'),
      [pod('a', { phase: 'Pending', initContainerStatuses: waiting('ErrImagePull', 'not found') })],
      [],
      'its image cannot be pulled: not found',
    ],
    [
      'it still cleans, and the main container waits for that',
      node('a'),
      [pod('a', { phase: 'Pending', containerStatuses: waiting('PodInitializing') })],
      [],
      'its pod cleanup-a is Pending',
    ],
    [
      'the pod of an earlier try ends',
      node('a'),
      [pod('a', { phase: 'Running' }, { deletionTimestamp: 'now' })],
      [],
      'its pod cleanup-a is Running',
    ],
    ['another node has answered', node('a'), [pod('b', { phase: 'Running' })], [], 'no pod was made there'],
  ])('%s', (_, one, pods, events, why) => {
    expect(nodeAnswers([one], pods, events)).toEqual(
      why === undefined
        ? { clean: ['a'], silent: [] }
        : { clean: [], silent: [{ node: 'a', why, lacksImage: why.startsWith('its image') }] },
    );
  });

  it('each by itself', () => {
    const answers = nodeAnswers([node('a'), node('b')], [pod('b', { phase: 'Running' })], []);
    expect(answers.clean).toEqual(['b']);
    expect(answers.silent.map(({ node: name }) => name)).toEqual(['a']);
  });
});

describe('waiting for nodes', () => {
  const silent = (lacksImage: boolean): UncleanNode => ({ node: 'a', why: 'why', lacksImage });
  it.each<[string, readonly UncleanNode[], number, boolean]>([
    ['ends when all are clean', [], 0, false],
    ['goes on for one that is off', [silent(false)], 60_000, true],
    ['goes on until the image was pulled once more', [silent(true)], 14_000, true],
    ['ends when the image cannot be pulled', [silent(true)], 15_000, false],
    ['goes on for one that is off beside one without the image', [silent(true), silent(false)], 60_000, true],
  ])('%s', (_, nodes, lackedImageMs, goesOn) => {
    expect(mayStillAnswer({ clean: [], silent: nodes }, lackedImageMs)).toBe(goesOn);
  });
});
