import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMapKind } from '../values/builtin/config-map.ts';
import { apiContract } from './api.contract.ts';
import { applyContract } from './apply.contract.ts';
import { type Client, createClient } from './client.ts';
import { leaseContract } from './election/lease.contract.ts';
import { type RealApi, realPrograms, startRealApi } from './fixtures/real-api.ts';
import { createMirror } from './mirror.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: contracts with a real API server: ${programs}`);

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('with a real API server', () => {
  let api: RealApi;
  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
  });
  afterAll(() => api.stop());
  // One server serves all contracts; it is stopped at the very end.
  const shared = async () => ({ connection: api.connection, forget: (version: string) => api.compact(version), stop: async () => {} });

  apiContract('a real API server', shared);
  applyContract('a real API server', shared);
  leaseContract('a real API server', shared);

  it('keeps a mirror through the violent death of the API server', { timeout: 120_000 }, async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const client = createClient(api.connection, { fieldManager: 'mirror' });
    const mirror = createMirror({
      client,
      kind: configMapKind,
      namespace: 'default',
      labelSelector: 'mirror=yes',
      backoff: { firstMs: 50, maxMs: 500 },
    });
    const changes: string[] = [];
    mirror.subscribe(({ type, key, object }) => changes.push(`${type} ${key} ${object.data?.x}`));
    const running = mirror.run(signal);
    await mirror.synced(signal);
    const put = (name: string, x: string) =>
      client.apply(
        configMapKind,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels: { mirror: 'yes' } }, data: { x } },
        { signal },
      );
    await put('kept', '1');
    await put('replaced', 'old');
    await expect.poll(() => mirror.size).toBe(2);
    await api.kill();
    await expect.poll(() => mirror.staleSince(), { timeout: 10_000 }).toBeTypeOf('number');
    expect(mirror.get('default/kept')?.data).toEqual({ x: '1' });
    await api.start();
    await client.delete(configMapKind, { namespace: 'default', name: 'replaced' }, { signal });
    await put('replaced', 'new');
    await expect.poll(() => mirror.get('default/replaced')?.data?.x, { timeout: 20_000 }).toBe('new');
    await expect.poll(() => mirror.staleSince()).toBeUndefined();
    expect(changes).toEqual([
      'added default/kept 1',
      'added default/replaced old',
      'deleted default/replaced old',
      'added default/replaced new',
    ]);
    stop.abort();
    await running;
    client.close();
  });

  it('does not talk to a server whose certificate it cannot check', async () => {
    const { server, credential } = api.connection;
    const client = createClient({ server, credential }, { fieldManager: 'stranger' });
    await expect(client.raw('/version', { signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringMatching(
        /^The certificate of https:.* is not accepted \(.*\); check the certificate authority configured for it\.$/,
      ),
    });
    client.close();
  });

  it('talks over one kept TLS connection', async () => {
    const { signal } = new AbortController();
    const client = createClient(api.connection, { fieldManager: 'fast' });
    const target = { namespace: 'default', name: 'fast' };
    await client.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: target, data: { x: '1' } }, { signal });
    const get = async (by: Client): Promise<number> => {
      const began = performance.now();
      await by.get(configMapKind, target, { signal });
      return performance.now() - began;
    };
    const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const [kept, fresh]: [number[], number[]] = [[], []];
    for (let call = 0; call < 1_000; call += 1) {
      kept.push(await get(client));
      if (call % 10 > 0) continue;
      // The control: a call that needs a connection of its own.
      const stranger = createClient(api.connection, { fieldManager: 'slow' });
      fresh.push(await get(stranger));
      stranger.close();
    }
    console.log(`1000 sequential GETs: median ${median(kept).toFixed(2)} ms, with a new connection ${median(fresh).toFixed(2)} ms`);
    expect(median(kept)).toBeLessThan(median(fresh) / 2);
    client.close();
  });
});
