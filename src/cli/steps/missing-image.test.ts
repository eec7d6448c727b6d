import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../kubernetes/fake/fake-api.ts';
import { type Pod, podKind } from '../../kubernetes/kinds.ts';
import { untilImageIsMissing } from './missing-image.ts';

let api: FakeApi;
let client: Client;
beforeEach(async () => {
  api = await startFakeApi({ kinds: [podKind] });
  client = createClient(api.connection, { fieldManager: 'test' });
});
afterEach(async () => {
  client.close();
  await api.stop();
});

const pod = (name: string, image: string, reason: string | undefined, metadata = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'n', name, labels: { app: 'a' }, ...metadata },
  spec: { containers: [{ name: 'c', image }] },
  status: {
    containerStatuses: [
      {
        name: 'c',
        ready: false,
        restartCount: 0,
        state: reason === undefined ? {} : { waiting: { reason, message: 'Back-off pulling image "r/new:2": ErrImagePull: not found.' } },
      },
    ],
  },
});

const watch = async (graceMs: number, forMs: number): Promise<{ readonly said: string[]; readonly failure: unknown }> => {
  const said: string[] = [];
  const pods = { client, context: 'east', namespace: 'n', labelSelector: 'app=a', image: 'r/new:2' };
  const failure = await untilImageIsMissing(pods, (line) => said.push(line), AbortSignal.timeout(forMs), graceMs).catch(
    (error: unknown) => error,
  );
  return { said, failure };
};

it('says at once that the image cannot be pulled, and gives up when it was pulled again in vain', async () => {
  api.put(podKind, pod('a-1', 'r/new:2', 'ImagePullBackOff'));
  const { said, failure } = await watch(0, 20_000);
  expect(said).toEqual(['note: pod a-1 cannot pull r/new:2: not found']);
  expect(failure).toMatchObject({
    code: 'NotFound',
    message: expect.stringMatching(/cannot pull the image r\/new:2 .*--image.*kubectl --context east -n n describe pod a-1/s),
  });
});

it.each<[string, Pod]>([
  ['of an earlier version, which is being replaced', pod('a-1', 'r/old:1', 'ImagePullBackOff')],
  ['that ends', pod('a-1', 'r/new:2', 'ImagePullBackOff', { deletionTimestamp: 'now' })],
  ['that is being made', pod('a-1', 'r/new:2', 'ContainerCreating')],
  ['that runs', pod('a-1', 'r/new:2', undefined)],
])('leaves alone a pod %s', async (_, one) => {
  api.put(podKind, one);
  expect(await watch(0, 300)).toEqual({ said: [], failure: undefined });
});

it('waits for an image that comes in time', async () => {
  api.put(podKind, pod('a-1', 'r/new:2', 'ErrImagePull'));
  const watching = watch(20_000, 2_500);
  await expect.poll(() => api.requests.length).toBeGreaterThan(0);
  api.put(podKind, pod('a-1', 'r/new:2', undefined));
  expect(await watching).toMatchObject({ failure: undefined });
});
