import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../kubernetes/fake/fake-api.ts';
import { type ConfigMap, configMapKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { removeAllOf, removeAndWait } from './removing/remove.ts';
import { waitFor } from './wait-for.ts';

const target = { namespace: 'default', name: 'thing' };
const thing = (x: string, more: object = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...target, ...more },
  data: { x },
});
const { signal } = new AbortController();

let api: FakeApi;
let client: Client;
beforeEach(async () => {
  api = await startFakeApi({ kinds: [configMapKind] });
  client = createClient(api.connection, { fieldManager: 'test' });
});
afterEach(async () => {
  client.close();
  await api.stop();
});

const waitForX = (x: string, timeoutMs = 5000, during: AbortSignal = signal): Promise<ConfigMap | undefined> =>
  waitFor<ConfigMap>({
    client,
    kind: configMapKind,
    target,
    until: (seen) => seen?.data?.x === x,
    timeoutMs,
    signal: during,
    late: (seen) => `thing is ${seen?.data?.x ?? 'absent'}`,
  });

describe('waiting for an object', () => {
  it('ends at once when it is so already', async () => {
    api.put(configMapKind, thing('yes'));
    expect((await waitForX('yes'))?.data).toEqual({ x: 'yes' });
  });

  it('sees it come and change, and other objects not', async () => {
    const waiting = waitForX('yes');
    await expect.poll(() => api.watches).toBe(1);
    api.put(configMapKind, { ...thing('yes'), metadata: { namespace: 'default', name: 'other' } });
    api.put(configMapKind, thing('no'));
    api.put(configMapKind, thing('yes'));
    expect((await waiting)?.data).toEqual({ x: 'yes' });
  });

  it('goes on after watches that end, connections that break and histories that are gone', async () => {
    api.put(configMapKind, thing('no'));
    const waiting = waitForX('yes');
    for (const disturb of [() => api.endWatches(), () => api.compact(), () => api.disconnect()]) {
      await expect.poll(() => api.watches).toBe(1);
      disturb();
    }
    await expect.poll(() => api.watches, { timeout: 60_000 }).toBe(1);
    api.put(configMapKind, thing('yes'));
    expect((await waiting)?.data).toEqual({ x: 'yes' });
  });

  it.each([429, 503, 504])('goes on after an answer of %i, as of a server that starts', async (status) => {
    api.put(configMapKind, thing('yes'));
    api.faults.add({ times: 1, effect: { status } });
    expect((await waitForX('yes'))?.data).toEqual({ x: 'yes' });
  });

  it('says what is missing when time is over, and leaves no watch behind', async () => {
    api.put(configMapKind, thing('no'));
    await expect(waitForX('yes', 100)).rejects.toMatchObject({ code: 'Timeout', message: 'thing is no' });
    await expect.poll(() => api.watches).toBe(0);
  });

  it('can be interrupted', async () => {
    const stop = new AbortController();
    const waiting = waitForX('yes', 5000, stop.signal);
    await expect.poll(() => api.watches).toBe(1);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'Interrupted' });
  });

  it('passes on what waiting cannot mend', async () => {
    api.faults.add({ times: 1, effect: { status: 403 } });
    await expect(waitForX('yes')).rejects.toMatchObject({ code: 'Forbidden' });
  });
});

describe('removing', () => {
  it('what is not there is done already', async () => {
    await remove(client, configMapKind, target, signal);
    await removeAndWait(client, configMapKind, target, { graceMs: 100, signal });
    expect(await removeAllOf(client, configMapKind, {}, { graceMs: 100, signal })).toBe(0);
  });

  it('waits for whoever has a finalizer on it', async () => {
    api.put(configMapKind, thing('x', { finalizers: ['test/owner'] }));
    const removing = removeAndWait(client, configMapKind, target, { graceMs: 5000, signal });
    await expect.poll(() => api.read(configMapKind, target)?.metadata.deletionTimestamp).toBeDefined();
    await client.mergePatch(configMapKind, target, { metadata: { finalizers: null } }, { signal });
    await removing;
    expect(api.read(configMapKind, target)).toBeUndefined();
  });

  it('takes finalizers off when their owner does not do it in time', async () => {
    for (const name of ['a', 'b', 'kept'])
      api.put(configMapKind, thing('x', { name, finalizers: ['test/gone'], labels: { ours: String(name !== 'kept') } }));
    expect(await removeAllOf(client, configMapKind, { labelSelector: 'ours=true' }, { graceMs: 50, signal })).toBe(2);
    expect(api.objects(configMapKind).map(({ metadata }) => metadata.name)).toEqual(['kept']);
  });
});
