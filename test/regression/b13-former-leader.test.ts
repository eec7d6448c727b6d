import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/kubernetes/client.ts';
import { fencedClient } from '../../src/kubernetes/election/fenced-client.ts';
import { runElected } from '../../src/kubernetes/election/lease.ts';
import { startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { configMapKind, leaseKind, namespaceKind } from '../../src/kubernetes/kinds.ts';
import type { Client } from '../../src/kubernetes/port.ts';
import { handClock } from '../../src/values/fixtures/hand-clock.ts';

const { signal } = new AbortController();

describe('B13: a leader that was stopped for longer than its lease', () => {
  it('writes nothing when it goes on, before any timer tells it', async () => {
    const api = await startFakeApi({ kinds: [leaseKind, namespaceKind, configMapKind] });
    const client = createClient(api.connection, { fieldManager: 'test' });
    const clock = handClock();
    const stop = new AbortController();
    let fenced: Client | undefined;
    const running = runElected({
      client,
      namespace: 'default',
      name: 'l',
      identity: 'a',
      signal: stop.signal,
      clock: {
        ...clock,
        // A process that is stopped fires no timer.
        after: () => () => {},
      },
      lead: (leading, isHeld) => {
        fenced = fencedClient(client, isHeld);
        return new Promise((resolve) => leading.addEventListener('abort', () => resolve()));
      },
    });
    await expect.poll(() => fenced).toBeDefined();
    const write = (name: string) =>
      fenced?.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }, { signal });
    await write('before');
    clock.advance(9_999);
    await write('still');
    clock.advance(1);
    const requests = api.requests.length;
    await expect(write('after')).rejects.toMatchObject({ code: 'Unavailable', retry: 'later' });
    await expect(fenced?.delete(configMapKind, { name: 'before', namespace: 'default' }, { signal })).rejects.toThrow('its lease');
    expect(api.requests.length).toBe(requests);
    // Reading goes on.
    expect((await fenced?.list(configMapKind, { signal }))?.items).toHaveLength(2);
    stop.abort();
    client.close();
    await api.stop();
    void running.catch(() => {});
  });
});
