import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietLog } from '../telemetry/quiet-log.ts';
import { type ConfigMap, configMapKind } from '../values/builtin/config-map.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject } from '../values/object.ts';
import { objectKey } from '../values/object-key.ts';
import { type Client, createClient } from './client.ts';
import { type FakeApi, startFakeApi } from './fake/fake-api.ts';
import { type Change, createMirror, type Mirror, type MirrorOptions } from './mirror.ts';

const backoff = { firstMs: 2, maxMs: 20 };
const map = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
  data,
});
const told = (changes: readonly Change<ConfigMap>[]): string[] => changes.map(({ type, key }) => `${type} ${key.slice('default/'.length)}`);

describe('mirror', () => {
  let api: FakeApi;
  let client: Client;
  let stop: AbortController;
  let running: Promise<void>[];

  beforeEach(async () => {
    api = await startFakeApi({ kinds: [configMapKind] });
    client = createClient(api.connection, { fieldManager: 'test' });
    stop = new AbortController();
    running = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
    client.close();
    await api.stop();
  });

  const mirrorOf = (options: Partial<MirrorOptions<ConfigMap>> = {}): Mirror<ConfigMap> =>
    createMirror({ client, kind: configMapKind, backoff, ...options });
  const start = (mirror: Mirror<ConfigMap>): Promise<void> => {
    running.push(mirror.run(stop.signal));
    return mirror.synced(stop.signal);
  };
  const record = (mirror: Mirror<ConfigMap>): Change<ConfigMap>[] => {
    const changes: Change<ConfigMap>[] = [];
    mirror.subscribe((change) => changes.push(change));
    return changes;
  };
  const target = { namespace: 'default' };

  it('holds what is there and follows what changes', async () => {
    api.put(configMapKind, map('a', { x: '1' }));
    const mirror = mirrorOf();
    const changes = record(mirror);
    expect(mirror.isSynced()).toBe(false);
    await start(mirror);
    expect(mirror.get('default/a')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { x: '1' } });
    api.put(configMapKind, map('b'));
    api.put(configMapKind, map('a', { x: '2' }));
    api.remove(configMapKind, { ...target, name: 'b' });
    await expect.poll(() => told(changes)).toEqual(['added a', 'added b', 'updated a', 'deleted b']);
    expect(changes.map(({ initial }) => initial)).toEqual([true, false, false, false]);
    expect(changes[2]).toMatchObject({ previous: { data: { x: '1' } }, object: { data: { x: '2' } } });
    expect(mirror.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(mirror.size).toBe(1);
  });

  it('tells a late subscriber what it holds already, and nobody after unsubscribing', async () => {
    api.put(configMapKind, map('a'));
    const mirror = mirrorOf();
    await start(mirror);
    const changes: Change<ConfigMap>[] = [];
    const unsubscribe = mirror.subscribe((change) => changes.push(change));
    expect(told(changes)).toEqual(['added a']);
    expect(changes[0]?.initial).toBe(true);
    unsubscribe();
    const others = record(mirror);
    api.put(configMapKind, map('b'));
    await expect.poll(() => told(others)).toContain('added b');
    expect(told(changes)).toEqual(['added a']);
  });

  it('keeps to its selection', async () => {
    api.put(configMapKind, map('a', {}, { mine: 'yes' }));
    api.put(configMapKind, map('b'));
    const mirror = mirrorOf({ namespace: 'default', labelSelector: 'mine=yes' });
    const changes = record(mirror);
    await start(mirror);
    api.put(configMapKind, map('b', {}, { mine: 'yes' }));
    api.put(configMapKind, map('a', {}, { mine: 'no' }));
    await expect.poll(() => told(changes)).toEqual(['added a', 'added b', 'deleted a']);
  });

  it('finds objects by index, after every change', async () => {
    api.put(configMapKind, map('a', { owner: 'x' }));
    const mirror = mirrorOf({ indexes: { owner: ({ data }) => (data?.owner === undefined ? [] : data.owner.split(',')) } });
    await start(mirror);
    const owned = (value: string): string[] =>
      mirror
        .byIndex('owner', value)
        .map(({ metadata }) => metadata.name)
        .toSorted();
    expect(owned('x')).toEqual(['a']);
    api.put(configMapKind, map('b', { owner: 'x,y' }));
    api.put(configMapKind, map('a', { owner: 'y' }));
    await expect.poll(() => owned('y')).toEqual(['a', 'b']);
    expect(owned('x')).toEqual(['b']);
    api.remove(configMapKind, { ...target, name: 'b' });
    await expect.poll(() => owned('x')).toEqual([]);
    expect(() => mirror.byIndex('colour', 'red')).toThrow('There is no index colour; there are: owner.');
  });

  it('reads long lists page by page', async () => {
    for (let index = 0; index < 1_201; index += 1) api.put(configMapKind, map(`m${index}`));
    const mirror = mirrorOf();
    await start(mirror);
    expect(mirror.size).toBe(1_201);
    expect(api.requests.filter((request) => request.includes('limit='))).toHaveLength(3);
  });

  it('sees a deletion and a new object where a name was taken again while it was away', async () => {
    api.put(configMapKind, map('a', { x: 'old' }));
    api.put(configMapKind, map('gone'));
    const mirror = mirrorOf();
    await start(mirror);
    await expect.poll(() => api.watches).toBe(1);
    const changes = record(mirror);
    const block = api.faults.add({ path: /watch=true/, effect: { status: 500 } });
    api.disconnect();
    api.remove(configMapKind, { ...target, name: 'a' });
    api.remove(configMapKind, { ...target, name: 'gone' });
    api.put(configMapKind, map('a', { x: 'new' }));
    api.compact();
    block();
    await expect.poll(() => mirror.get('default/a')?.data?.x).toBe('new');
    expect(told(changes).toSorted()).toEqual(['added a', 'added a', 'added gone', 'deleted a', 'deleted gone'].toSorted());
    expect(told(changes).indexOf('deleted a')).toBeLessThan(told(changes).lastIndexOf('added a'));
    expect(changes.at(-1)).toMatchObject({ type: 'added', initial: false });
  });

  it('goes on from its version after a broken connection, without listing again', async () => {
    const mirror = mirrorOf();
    await start(mirror);
    await expect.poll(() => api.watches).toBe(1);
    const listed = api.requests.length;
    api.put(configMapKind, map('a'));
    await expect.poll(() => mirror.size).toBe(1);
    api.disconnect();
    api.put(configMapKind, map('b'));
    await expect.poll(() => mirror.size).toBe(2);
    expect(api.requests.slice(listed).filter((request) => !request.includes('watch=true'))).toEqual([]);
  });

  it('takes a bookmark as progress', async () => {
    const mirror = mirrorOf({ labelSelector: 'mine=yes' });
    await start(mirror);
    await expect.poll(() => api.watches).toBe(1);
    const other = api.put(configMapKind, map('not-mine'));
    api.bookmark();
    const barrier = record(mirror);
    api.put(configMapKind, map('mine', {}, { mine: 'yes' }));
    await expect.poll(() => told(barrier)).toEqual(['added mine']);
    api.put(configMapKind, map('not-mine', { x: '2' }));
    api.bookmark();
    const last = api.put(configMapKind, map('not-mine', { x: '3' }));
    api.bookmark();
    // The last bookmark arrives before the watch is ended, since both travel the same connection.
    api.endWatches();
    await expect.poll(() => api.requests.at(-1)).toContain(`resourceVersion=${last.metadata.resourceVersion}`);
    expect(Number(last.metadata.resourceVersion)).toBeGreaterThan(Number(other.metadata.resourceVersion));
  });

  it.each([
    ['the first list fails', { path: /limit=/, times: 2, effect: { status: 500 } }],
    ['the first list is reset', { path: /limit=/, times: 2, effect: 'reset' }],
    ['the list is forbidden for a while', { path: /limit=/, times: 2, effect: { status: 403 } }],
    ['the watch fails', { path: /watch=true/, times: 2, effect: { status: 500 } }],
    ['the watch is reset', { path: /watch=true/, times: 2, effect: 'reset' }],
    ['the version is gone', { path: /watch=true/, times: 2, effect: 'gone' }],
    ['the server is overloaded', { times: 2, effect: { status: 429, retryAfterSeconds: 0 } }],
  ] as const)('recovers when %s', async (_, fault) => {
    api.faults.add(fault);
    const mirror = mirrorOf();
    const starting = start(mirror);
    api.put(configMapKind, map('a'));
    await starting;
    api.put(configMapKind, map('b'));
    await expect.poll(() => mirror.size).toBe(2);
    expect(mirror.staleSince()).toBeUndefined();
  });

  it('notices a watch that has gone silent', async () => {
    const impatient: Client = { ...client, watch: (kind, call) => client.watch(kind, { ...call, idleMs: 30 }) };
    api.faults.add({ path: /watch=true/, times: 1, effect: 'stall' });
    const mirror = createMirror({ client: impatient, kind: configMapKind, backoff });
    await start(mirror);
    api.put(configMapKind, map('a'));
    await expect.poll(() => mirror.size).toBe(1);
  });

  it('serves what it saw last while the server is away, says since when, and catches up', async () => {
    const contacts: string[] = [];
    api.put(configMapKind, map('a'));
    const mirror = mirrorOf({ onContact: (contact) => contacts.push(contact) });
    const before = Date.now();
    await start(mirror);
    await expect.poll(() => mirror.staleSince()).toBeUndefined();
    await api.pause();
    await expect.poll(() => mirror.staleSince()).toBeGreaterThanOrEqual(before);
    expect(mirror.get('default/a')).toBeDefined();
    expect(mirror.isSynced()).toBe(true);
    api.remove(configMapKind, { ...target, name: 'a' });
    api.put(configMapKind, map('b'));
    await api.resume();
    await expect.poll(() => mirror.list().map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(mirror.staleSince()).toBeUndefined();
    expect(contacts).toEqual(['found', 'lost', 'found']);
  });

  it('reports a handler that throws and goes on', async () => {
    const errors: unknown[] = [];
    const log = { ...quietLog, error: (_: string, fields?: object) => errors.push(fields), with: () => log };
    const mirror = mirrorOf({ log });
    mirror.subscribe(() => {
      throw new Error('handler broke');
    });
    const changes = record(mirror);
    await start(mirror);
    api.put(configMapKind, map('a'));
    api.put(configMapKind, map('b'));
    await expect.poll(() => told(changes)).toEqual(['added a', 'added b']);
    expect(errors).toHaveLength(2);
  });

  it('drops what nobody reads', async () => {
    await client.apply(configMapKind, map('a', { big: 'x' }), { fieldManager: 'us', signal: stop.signal });
    await client.mergePatch(configMapKind, { ...target, name: 'a' }, { data: { other: 'y' } }, { signal: stop.signal });
    const plain = mirrorOf();
    const keeping = mirrorOf({ keepManager: 'us', trim: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }) });
    await Promise.all([start(plain), start(keeping)]);
    expect(plain.get('default/a')?.metadata).not.toHaveProperty('managedFields');
    expect(keeping.get('default/a')?.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['us']);
    expect(keeping.get('default/a')).not.toHaveProperty('data');
  });

  it.each<[string, NonNullable<MirrorOptions<ConfigMap>['trim']>]>([
    ['drops what tells changes apart', ({ metadata: { name, namespace = '' }, ...rest }) => ({ ...rest, metadata: { name, namespace } })],
    ['returns an object of another name', (one) => ({ ...one, metadata: { name: 'other' } })],
  ])('follows every change though a trim %s', async (_, trim) => {
    api.put(configMapKind, map('a', { x: '1' }));
    const mirror = mirrorOf({ trim });
    const changes = record(mirror);
    await start(mirror);
    api.put(configMapKind, map('a', { x: '2' }));
    await expect.poll(() => mirror.get('default/a')?.data?.x).toBe('2');
    api.remove(configMapKind, { ...target, name: 'a' });
    api.put(configMapKind, map('a', { x: '3' }));
    await expect.poll(() => mirror.get('default/a')?.data?.x).toBe('3');
    expect(told(changes)).toEqual(['added a', 'updated a', 'deleted a', 'added a']);
    expect(mirror.get('default/a')?.metadata).toMatchObject({ uid: expect.any(String), resourceVersion: expect.any(String) });
  });

  it('stops when told to, in any state', async () => {
    await api.pause();
    const mirror = mirrorOf();
    const run = mirror.run(stop.signal);
    const synced = mirror.synced(stop.signal).catch((error: unknown) => error);
    stop.abort();
    await run;
    expect(Failure.is(await synced, 'Interrupted')).toBe(true);
    await api.resume();
  });

  it('ends up equal to the server whatever happens on the way (property)', async () => {
    const mirror = mirrorOf({ indexes: { x: ({ data }) => [data?.x ?? 'none'] } });
    await start(mirror);
    /** What a subscriber would have made of the changes alone. */
    const replayed = new Map<string, ConfigMap>();
    mirror.subscribe(({ type, key, object, previous }) => {
      if (type === 'added') expect(replayed.has(key)).toBe(false);
      else expect(replayed.get(key)).toEqual(type === 'updated' ? previous : expect.anything());
      if (type === 'deleted') replayed.delete(key);
      else replayed.set(key, object);
    });
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), name, x: fc.constantFrom('1', '2') }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constantFrom('compact' as const, 'disconnect' as const, 'endWatches' as const, 'bookmark' as const, 'breathe' as const),
        }),
      },
    );
    const plain = (objects: readonly KubernetesObject[]): string[] =>
      objects.map(({ metadata }) => `${objectKey(metadata)} ${metadata.uid} ${metadata.resourceVersion}`).toSorted();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        for (const one of steps) {
          if (one.do === 'put') api.put(configMapKind, map(one.name, { x: one.x }));
          else if (one.do === 'remove') {
            if (api.read(configMapKind, { ...target, name: one.name }) !== undefined)
              api.remove(configMapKind, { ...target, name: one.name });
          } else if (one.do === 'breathe') await new Promise((resolve) => setImmediate(resolve));
          else api[one.do]();
        }
        await expect.poll(() => plain(mirror.list()), { interval: 2 }).toEqual(plain(api.objects(configMapKind)));
        expect(plain([...replayed.values()])).toEqual(plain(mirror.list()));
        expect(plain([...mirror.byIndex('x', '1'), ...mirror.byIndex('x', '2')])).toEqual(plain(mirror.list()));
      }),
      { numRuns: 60 },
    );
  });
});
