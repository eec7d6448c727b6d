import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaseKind } from '../../values/builtin/lease.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { type Client, createClient } from '../client.ts';
import { type FakeApi, startFakeApi } from '../fake/fake-api.ts';
import { leaseContract, leaseKinds } from './lease.contract.ts';
import { runElected } from './lease.ts';

leaseContract('the fake', () => startFakeApi({ kinds: leaseKinds }));

describe('leader without a server', () => {
  let api: FakeApi;
  let client: Client;
  beforeEach(async () => {
    api = await startFakeApi({ kinds: leaseKinds });
    client = createClient(api.connection, { fieldManager: 'lease' });
  });
  afterEach(async () => {
    client.close();
    await api.stop();
  });
  const target = { namespace: 'default', name: 'l' };

  it('stops by itself before others may start', async () => {
    const clock = handClock();
    const stop = new AbortController();
    let leadingFor: number | undefined;
    const running = runElected({
      client,
      ...target,
      identity: 'a',
      signal: stop.signal,
      clock,
      random: () => 0.5,
      lead: (signal) =>
        new Promise((resolve) => {
          const since = clock.monotonic();
          signal.addEventListener('abort', () => {
            leadingFor = clock.monotonic() - since;
            resolve();
          });
        }),
    });
    await expect.poll(() => api.read(leaseKind, target)?.spec?.holderIdentity).toBe('a');
    api.faults.add({ effect: { status: 500 } });
    for (let quarter = 0; quarter < 80; quarter += 1) await clock.pass(250);
    expect(leadingFor).toBeGreaterThanOrEqual(10_000);
    expect(leadingFor).toBeLessThan(15_000);
    stop.abort();
    await running;
  });

  it('stops leading when it finds that it slept through its own deadline', async () => {
    const clock = handClock();
    const stop = new AbortController();
    const terms: string[] = [];
    const running = runElected({
      client,
      ...target,
      identity: 'a',
      signal: stop.signal,
      clock,
      lead: (signal) =>
        new Promise((resolve) => {
          terms.push('begun');
          signal.addEventListener('abort', () => {
            terms.push('over');
            resolve();
          });
        }),
    });
    await expect.poll(() => terms).toEqual(['begun']);
    // Suspended: all this time passes before the process gets to renew, although the server is well.
    clock.advance(11_000);
    await expect.poll(() => terms).toEqual(['begun', 'over']);
    stop.abort();
    await running;
  });

  it('goes on leading through a short outage', async () => {
    const clock = handClock();
    const stop = new AbortController();
    let terms = 0;
    const running = runElected({
      client,
      ...target,
      identity: 'a',
      signal: stop.signal,
      clock,
      lead: (signal) =>
        new Promise((resolve) => {
          terms += 1;
          signal.addEventListener('abort', () => resolve());
        }),
    });
    await expect.poll(() => terms).toBe(1);
    const end = api.faults.add({ effect: { status: 503 } });
    for (let second = 0; second < 7; second += 1) await clock.pass(1_000);
    end();
    for (let second = 0; second < 60; second += 1) await clock.pass(1_000);
    expect(terms).toBe(1);
    stop.abort();
    await running;
    expect(api.read(leaseKind, target)?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  it('gives the lease back even when a renewal was carried out whose answer it never saw', async () => {
    const clock = handClock();
    const stop = new AbortController();
    let terms = 0;
    const running = runElected({
      client,
      ...target,
      identity: 'a',
      signal: stop.signal,
      clock,
      lead: (signal) =>
        new Promise((resolve) => {
          terms += 1;
          signal.addEventListener('abort', () => resolve());
        }),
    });
    await expect.poll(() => terms).toBe(1);
    const held = api.read(leaseKind, target);
    api.faults.add({ method: 'PUT', times: 1, effect: 'reset-after' });
    await clock.pass(2_000);
    await expect.poll(() => api.read(leaseKind, target)?.metadata.resourceVersion).not.toBe(held?.metadata.resourceVersion);
    stop.abort();
    await running;
    expect(api.read(leaseKind, target)?.spec?.holderIdentity).toBe('');
  });

  it('gives the lease back and fails when its work fails', async () => {
    const running = runElected({
      client,
      ...target,
      identity: 'a',
      signal: new AbortController().signal,
      lead: () => Promise.reject(new Error('work broke')),
    });
    await expect(running).rejects.toThrow('work broke');
    expect(api.read(leaseKind, target)?.spec?.holderIdentity).toBe('');
  });
});
