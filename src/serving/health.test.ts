import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { startHealth } from './health.ts';
import type { Listening } from './listen.ts';

describe('health', () => {
  const metrics = createMetrics();
  let health: Listening;
  let synced: string | undefined;
  beforeEach(async () => {
    synced = undefined;
    health = await startHealth({
      host: '127.0.0.1',
      port: 0,
      metrics,
      live: [{ name: 'alive', check: () => undefined }],
      ready: [
        { name: 'synced', check: () => synced },
        {
          name: 'server',
          check: () => {
            if (synced === 'broken') throw new Error('check broke');
            return undefined;
          },
        },
      ],
    });
  });
  afterEach(() => health.stop());

  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${health.port}${path}`, { method });
    return [answer.status, await answer.text()];
  };

  it('says which check is well and which is not', async () => {
    expect(await get('/healthz')).toEqual([200, '[+] alive\nok\n']);
    expect(await get('/readyz?verbose')).toEqual([200, '[+] synced\n[+] server\nok\n']);
    synced = 'the hub has not been read yet';
    expect(await get('/readyz')).toEqual([503, '[-] synced: the hub has not been read yet\n[+] server\nnot ok\n']);
    expect((await get('/healthz'))[0]).toBe(200);
  });

  it('takes a check that breaks for one that fails', async () => {
    synced = 'broken';
    expect(await get('/readyz')).toEqual([503, '[-] synced: broken\n[-] server: check broke\nnot ok\n']);
  });

  it('serves metrics to this machine, and nothing else', async () => {
    metrics.set('leading', { lease: 'x' }, 1);
    const [status, text] = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('kubeslice_leading{lease="x"} 1');
    expect((await get('/'))[0]).toBe(404);
    expect((await get('/healthz', 'POST'))[0]).toBe(405);
  });

  it('says that a port is taken', async () => {
    await expect(startHealth({ host: '127.0.0.1', port: health.port, metrics })).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining(`cannot listen on 127.0.0.1:${health.port}`),
    });
  });

  it('stops although somebody keeps a connection open', async () => {
    await get('/healthz');
    await health.stop();
    await expect(get('/healthz')).rejects.toThrow();
  });
});
