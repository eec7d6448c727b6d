import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventKind } from '../values/builtin/event.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { type Client, createClient } from './client.ts';
import { createEvents } from './events.ts';
import { type FakeApi, startFakeApi } from './fake/fake-api.ts';

const slice = { apiVersion: 'networking.kubeslice.io/v1beta1', kind: 'Slice', metadata: { name: 'red', namespace: 'default', uid: 'u1' } };

describe('events', () => {
  let api: FakeApi;
  let client: Client;
  const stop = new AbortController();
  beforeEach(async () => {
    api = await startFakeApi({ kinds: [eventKind] });
    client = createClient(api.connection, { fieldManager: 'controller' });
  });
  afterEach(async () => {
    client.close();
    await api.stop();
  });
  const setUp = () => {
    const clock = handClock();
    return { clock, events: createEvents({ client, component: 'controller', instance: 'pod-1', signal: stop.signal, clock }) };
  };
  const ready = { regarding: slice, type: 'Normal', reason: 'Ready', message: 'All links are up.' } as const;

  it('tells about an object, in its namespace', async () => {
    const { events } = setUp();
    events.emit(ready);
    events.emit({ ...ready, regarding: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'u2' } } });
    await events.flush();
    expect(api.objects(eventKind)).toMatchObject([
      { metadata: { namespace: 'default' }, involvedObject: { kind: 'Node', name: 'n1' } },
      {
        metadata: { namespace: 'default' },
        involvedObject: { apiVersion: slice.apiVersion, kind: 'Slice', name: 'red', namespace: 'default', uid: 'u1' },
        type: 'Normal',
        reason: 'Ready',
        message: 'All links are up.',
        count: 1,
        reportingComponent: 'controller',
        reportingInstance: 'pod-1',
      },
    ]);
  });

  it('counts repetitions, and writes them down at most once a minute', async () => {
    const { clock, events } = setUp();
    for (let n = 0; n < 50; n += 1) events.emit(ready);
    await events.flush();
    expect(api.requests).toHaveLength(1);
    clock.advance(60_000);
    events.emit(ready);
    await events.flush();
    expect(api.objects(eventKind)).toMatchObject([
      { count: 51, firstTimestamp: '2023-11-14T22:13:20.000Z', lastTimestamp: '2023-11-14T22:14:20.000Z' },
    ]);
    expect(api.requests.map((request) => request.split(' ')[0])).toEqual(['POST', 'PATCH']);
  });

  it('makes an event anew when the server has dropped it', async () => {
    const { clock, events } = setUp();
    events.emit(ready);
    await events.flush();
    for (const { metadata } of api.objects(eventKind)) api.remove(eventKind, metadata);
    clock.advance(60_000);
    events.emit(ready);
    await events.flush();
    expect(api.objects(eventKind)).toMatchObject([{ count: 2 }]);
  });

  it('fails nobody and floods nobody when the server is away', async () => {
    const { events } = setUp();
    api.faults.add({ effect: { status: 503 } });
    for (let n = 0; n < 1_000; n += 1) events.emit({ ...ready, message: `message ${n}` });
    await events.flush();
    expect(api.requests.length).toBeLessThanOrEqual(200);
    api.faults.clear();
    events.emit({ ...ready, reason: 'Other' });
    await events.flush();
    expect(api.objects(eventKind)).toHaveLength(1);
  });
});
