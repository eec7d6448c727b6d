import { expect, test } from 'vitest';
import type { Pod } from '../../values/builtin/pod.ts';
import { pullWatch } from './pull-watch.ts';

const waiting = (reason: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status: {
    containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state: { waiting: { reason, message: 'no such host' } } }],
  },
});

test.each([
  ['a first failure may be a registry that restarts', ['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff'], undefined],
  ['the second one is certain', ['ErrImagePull', 'ImagePullBackOff', 'ErrImagePull'], 'no such host'],
  ['a name that is none', ['InvalidImageName'], 'no such host'],
  ['an image that may not be pulled', ['ErrImageNeverPull'], 'no such host'],
])('%s', (_, reasons, expected) => {
  const pullOf = pullWatch();
  expect(reasons.map((reason) => pullOf(waiting(reason))).at(-1)).toBe(expected);
  expect(pullOf(undefined)).toBeUndefined();
});
