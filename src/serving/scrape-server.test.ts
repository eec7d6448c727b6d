import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSelfSigned } from '../identity/self-signed.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { Failure } from '../values/failure.ts';
import type { Listening } from './listen.ts';
import { serveScrapes } from './scrape-server.ts';

const identity = createSelfSigned('kubeslice-test', '127.0.0.1', Date.now(), randomBytes);
let metrics: Metrics;
let server: Listening;

beforeEach(async () => {
  metrics = createMetrics({ program: 'worker', version: '1.2.3' });
  const guard = async (token: string | undefined) => {
    if (token === 'broken') throw new Failure('Unexpected', 'the guard broke');
    if (token === 'good') return 'ok' as const;
    return token === 'weak' ? ('forbidden' as const) : ('anonymous' as const);
  };
  server = await serveScrapes({ host: '127.0.0.1', port: 0 }, { identity, guard, metrics });
});
afterEach(() => server.stop());

const ask = (path: string, token?: string, method = 'GET'): Promise<readonly [status: number | undefined, text: string]> =>
  new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    // The certificate is its own authority: a client that trusts it proves that it is one.
    const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers, ca: identity.certificate }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve([response.statusCode, text]));
    });
    asked.on('error', reject);
    asked.end();
  });

it('gives metrics by TLS to who may read them, and counts the verdicts', async () => {
  const [status, text] = await ask('/metrics?x=1', 'good');
  expect(status).toBe(200);
  expect(text).toContain('kubeslice_build_info{program="worker",version="1.2.3"');
  expect((await ask('/metrics', 'good'))[1]).toContain('kubeslice_scrapes_total{verdict="ok"} 2');
});

it.each([
  ['/metrics', undefined, 'GET', 401, 'service account'],
  ['/metrics', 'bad', 'GET', 401, 'service account'],
  ['/metrics', 'weak', 'GET', 403, 'metrics-reader'],
  ['/metrics', 'broken', 'GET', 500, 'the guard broke'],
  ['/metrics', 'good', 'POST', 405, 'GET'],
  ['/healthz', 'good', 'GET', 404, '/metrics'],
])('answers %s with token %s by %s with %i and what to do', async (path, token, method, expected, words) => {
  const [status, text] = await ask(path, token, method);
  expect(status).toBe(expected);
  expect(text).toContain(words);
  expect(text).not.toContain('kubeslice_build_info');
});

it('closes what one address opens beyond its share, and still answers it', async () => {
  const idle = Array.from({ length: 7 }, () => connect(server.port, '127.0.0.1'));
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect((await ask('/metrics', 'good'))[0]).toBe(200);
  const closed = new Promise((resolve) => {
    for (let n = 0; n < 4; n += 1)
      connect(server.port, '127.0.0.1')
        .on('error', () => {})
        .once('close', resolve);
  });
  await closed;
  for (const socket of idle) socket.destroy();
});

it('says that a port is taken', async () => {
  const again = serveScrapes({ host: '127.0.0.1', port: server.port }, { identity, guard: async () => 'ok', metrics });
  await expect(again).rejects.toMatchObject({ code: 'Unavailable', message: expect.stringContaining(`127.0.0.1:${server.port}`) });
});
