import { expect, it } from 'vitest';
import type { ContainerStatus, PodStatus } from '../../values/builtin/pod.ts';
import { pod } from '../fixtures/worker.ts';
import { firstTrouble, podTrouble, pullFailure } from './pod-trouble.ts';

const container = (more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'c',
  ready: false,
  restartCount: 0,
  image: 'app:1',
  ...more,
});
const waiting = (reason: string) => container({ state: { waiting: { reason } } });
const of = (status: PodStatus) => podTrouble(pod('a', false, { status }));

it.each<[string, PodStatus, string | undefined]>([
  ['is Ready', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, undefined],
  ['nothing is known of', {}, undefined],
  ['has just been made', { phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] }, undefined],
  [
    'has no node',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
    'no node can run it (Unschedulable)',
  ],
  ['has no image', { phase: 'Pending', containerStatuses: [waiting('ErrImagePull')] }, 'the image "app:1" of container c cannot be pulled'],
  [
    'waits with its image',
    { phase: 'Pending', containerStatuses: [waiting('ImagePullBackOff')] },
    'the image "app:1" of container c cannot be pulled',
  ],
  [
    'lacks a Secret',
    { phase: 'Pending', containerStatuses: [waiting('CreateContainerConfigError')] },
    'container c cannot be started (CreateContainerConfigError)',
  ],
  [
    'has no image for an init container',
    { phase: 'Pending', initContainerStatuses: [waiting('ErrImagePull')] },
    'the image "app:1" of container c cannot be pulled',
  ],
  ['crashes', { phase: 'Running', containerStatuses: [container({ restartCount: 3 })] }, 'container c ends repeatedly'],
  ['does not pass its check', { phase: 'Running', containerStatuses: [container()] }, 'it runs, but its readiness check does not pass'],
])('a pod that %s', (_, status, expected) => {
  expect(of(status)).toBe(expected);
});

it('of several pods the first that gives a reason is named', () => {
  expect(firstTrouble([pod('a'), pod('b', false), pod('c', false)])).toBe('pod b: it runs, but its readiness check does not pass');
  expect(firstTrouble([pod('a')])).toBeUndefined();
});

it.each([
  [
    'a name that is not found',
    'Back-off pulling image "r.example/k:9": ErrImagePull: failed to pull and unpack image "r.example/k:9": failed to resolve image: failed to do request: Head "https://r.example/v2/k/manifests/9": dial tcp: lookup r.example: no such host.',
    'Head "https://r.example/v2/k/manifests/9": dial tcp: lookup r.example: no such host',
  ],
  ['words of another runtime', 'manifest unknown', 'manifest unknown'],
  ['nothing', '', 'ErrImagePull'],
])('why an image cannot be pulled is told without the steps: %s', (_, message, cause) => {
  expect(pullFailure({ reason: 'ErrImagePull', message })).toBe(cause);
});
