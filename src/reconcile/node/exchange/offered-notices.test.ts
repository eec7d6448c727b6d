import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noticeKind } from '../../../api/kinds.ts';
import { clusterLabel, sliceLabel } from '../../../api/labels.ts';
import type { Notice, StatementKind } from '../../../api/notice/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import { createClient } from '../../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../../kubernetes/fake/fake-api.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import { OfferedNotices } from './offered-notices.ts';

const { signal } = new AbortController();
let api: FakeApi;
let clock: HandClock;
let offered: OfferedNotices;

const put = (subject: string, cluster = 'east', slice = 'app', kind: StatementKind = 'Node', statement = '{}'): Notice =>
  api.put<Notice>(noticeKind, {
    apiVersion: 'exchange.kubeslice.io/v1alpha1',
    kind: 'Notice',
    metadata: {
      name: `${slice}.${cluster}.${subject}`,
      namespace: memberNamespace,
      labels: { [sliceLabel]: slice, [clusterLabel]: cluster },
    },
    spec: { cluster, kind, subject, statement, signature: 's' },
  });
const subjectsOf = async (after: number, waitMs = 0): Promise<string[]> =>
  (await offered.page(after, waitMs, signal)).notices.map(({ subject }) => subject);

beforeEach(async () => {
  api = await startFakeApi({ kinds: [noticeKind] });
  clock = handClock();
  const client = createClient(api.connection, { fieldManager: 'test' });
  offered = new OfferedNotices({ client, slice: 'app', cluster: 'east', clock, log: quietLog });
});

afterEach(async () => {
  offered.stop();
  await api.stop();
});

describe('offered notices', () => {
  it('are those of this cluster in the slice, without what only the hub reads', async () => {
    put('n1');
    put('n2', 'west');
    put('n3', 'east', 'other');
    put('east', 'east', 'app', 'Links');
    expect(await subjectsOf(0)).toEqual(['n1']);
  });

  it('are asked from where one was, and again when they change', async () => {
    put('n1');
    const { next } = await offered.page(0, 0, signal);
    put('n2');
    await expect.poll(() => subjectsOf(next)).toEqual(['n2']);
    const { next: later } = await offered.page(next, 0, signal);
    put('n1', 'east', 'app', 'Node', '{"later":1}');
    await expect.poll(() => subjectsOf(later)).toEqual(['n1']);
  });

  it('are waited for', async () => {
    put('n1');
    const { next } = await offered.page(0, 0, signal);
    const waiting = subjectsOf(next, 10_000);
    await clock.pass(5_000);
    put('n2');
    expect(await waiting).toEqual(['n2']);
    const inVain = offered.page(next + 1, 1_000, signal);
    await clock.pass(1_000);
    expect((await inVain).notices).toEqual([]);
    const stop = new AbortController();
    const cancelled = offered.page(next + 1, 1_000, stop.signal);
    const rejected = expect(cancelled).rejects.toMatchObject({ code: 'Interrupted' });
    stop.abort();
    await rejected;
  });

  it('are read from the API server only while somebody asks, and for a minute after', async () => {
    expect([offered.isHeld, api.requests]).toEqual([false, []]);
    await offered.page(0, 0, signal);
    await expect.poll(() => api.watches).toBe(1);
    await clock.pass(59_000);
    await offered.page(0, 0, signal);
    await clock.pass(59_000);
    expect(api.watches).toBe(1);
    await clock.pass(1_000);
    expect(offered.isHeld).toBe(false);
    await expect.poll(() => api.watches).toBe(0);
    put('n1');
    expect(await subjectsOf(0)).toEqual(['n1']);
  });

  it('cannot be had while they cannot be read', async () => {
    await api.pause();
    const asked = expect(offered.page(0, 0, signal)).rejects.toMatchObject({ code: 'Unavailable' });
    await clock.pass(3_000);
    await asked;
  });
});
