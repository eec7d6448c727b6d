import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigMap, configMapKind } from '../values/builtin/config-map.ts';
import { namespaceKind } from '../values/builtin/namespace.ts';
import { sleep } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';
import type { TokenSource } from './credentials/token-source.ts';
import { type FakeApi, startFakeApi } from './fake/fake-api.ts';
import { createMirror } from './mirror.ts';

const target = { namespace: 'default', name: 'a' };
const map = (name = 'a'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
  data: { x: '1' },
});

const failing = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!Failure.is(error)) throw error;
  return error;
};

describe('client', () => {
  let api: FakeApi;
  let client: Client;
  const clients: Client[] = [];
  const { signal } = new AbortController();

  const connect = (options: Partial<ClientOptions> = {}, token?: TokenSource): Client => {
    const connection = token === undefined ? api.connection : { ...api.connection, credential: { kind: 'token' as const, token } };
    const made = createClient(connection, { fieldManager: 'test', ...options });
    clients.push(made);
    return made;
  };
  beforeEach(async () => {
    api = await startFakeApi({ kinds: [configMapKind, namespaceKind] });
    client = connect();
    api.put(configMapKind, map());
  });
  afterEach(async () => {
    for (const one of clients.splice(0)) one.close();
    await api.stop();
  });

  it('keeps fields that our types do not know', async () => {
    const odd = {
      ...map('odd'),
      metadata: { ...map('odd').metadata, newInKubernetes: { deep: [1] } },
      immutable: false,
      future: { a: null, b: [{}] },
    };
    const made = await client.create(configMapKind, odd, { signal });
    expect(made).toMatchObject({ future: { a: null, b: [{}] }, metadata: { newInKubernetes: { deep: [1] } } });
    expect(await client.update(configMapKind, { ...made, data: {} }, { signal })).toMatchObject({ future: { a: null, b: [{}] } });
  });

  it.each([
    [400, 'InvalidInput'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [408, 'Timeout'],
    [409, 'Conflict'],
    [410, 'Gone'],
    [413, 'InvalidInput'],
    [418, 'Unexpected'],
    [422, 'InvalidInput'],
    [429, 'Unavailable'],
    [500, 'Unavailable'],
    [503, 'Unavailable'],
    [504, 'Timeout'],
  ] as const)('turns HTTP %i into %s', async (status, code) => {
    api.faults.add({ effect: { status } });
    expect(await failing(client.get(configMapKind, target, { signal }))).toMatchObject({ code, status });
  });

  it('says what was asked of whom and why it was refused', async () => {
    api.faults.add({ effect: { status: 403 } });
    const { message } = await failing(client.get(configMapKind, target, { signal }));
    expect(message).toBe(`The API server ${api.connection.server} refused to get configmaps default/a: injected fault (HTTP 403).`);
  });

  it('cancels at once, before and during a request', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await failing(client.get(configMapKind, target, { signal: stop.signal }))).toMatchObject({ code: 'Interrupted' });
    api.faults.add({ effect: 'stall' });
    const later = new AbortController();
    const hanging = failing(client.get(configMapKind, target, { signal: later.signal }));
    await expect.poll(() => api.requests.length).toBe(1);
    later.abort();
    expect(await hanging).toMatchObject({ code: 'Interrupted' });
  });

  it('gives up at the deadline', async () => {
    api.faults.add({ effect: 'stall' });
    const failure = await failing(client.get(configMapKind, target, { timeoutMs: 20, signal }));
    expect(failure).toMatchObject({ code: 'Timeout' });
    expect(failure.message).toContain('took longer than 20 ms to get configmaps default/a');
  });

  it('does not listen to a signal any longer than the request lasts', async () => {
    const stop = new AbortController();
    let listening = 0;
    const counted = new Proxy(stop.signal, {
      get: (inner, field) => {
        if (field === 'addEventListener') listening += 1;
        if (field === 'removeEventListener') listening -= 1;
        const value: unknown = Reflect.get(inner, field);
        return typeof value === 'function' ? value.bind(inner) : value;
      },
    });
    await client.get(configMapKind, target, { signal: counted });
    await failing(client.get(configMapKind, { namespace: 'default', name: 'none' }, { signal: counted }));
    for await (const event of client.watch(configMapKind, { signal: counted })) if (event.type === 'ADDED') break;
    await expect.poll(() => listening).toBe(0);
  });

  it('reports an unreachable server', async () => {
    await api.pause();
    const failure = await failing(client.get(configMapKind, target, { signal }));
    expect(failure).toMatchObject({ code: 'Unavailable', retry: 'later' });
    expect(failure.message).toContain('check that it runs and can be reached from here');
    await api.resume();
  });

  it('uses one connection for calls that follow one another', async () => {
    const sockets = new Set<unknown>();
    const counting: Server = createServer((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
    const { port } = counting.address() as AddressInfo;
    const one = createClient({ server: `http://127.0.0.1:${port}`, credential: { kind: 'none' } }, { fieldManager: 'test' });
    for (let call = 0; call < 20; call += 1) await one.get(configMapKind, target, { signal });
    expect(sockets.size).toBe(1);
    one.close();
    await new Promise((resolve) => counting.close(resolve));
  });

  it('repeats a request on a fresh connection when the kept one had died, unless it creates something', async () => {
    await client.get(configMapKind, target, { signal });
    api.faults.add({ effect: 'reset', times: 1 });
    expect(await client.get(configMapKind, target, { signal })).toMatchObject({ data: { x: '1' } });
    api.faults.add({ effect: 'reset', times: 1 });
    expect(await failing(client.create(configMapKind, map('b'), { signal }))).toMatchObject({ code: 'Unavailable' });
    expect(api.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('does not repeat for ever', async () => {
    await client.get(configMapKind, target, { signal });
    api.faults.add({ effect: 'reset' });
    expect(await failing(client.get(configMapKind, target, { signal }))).toMatchObject({ code: 'Unavailable' });
    expect(api.requests.length).toBeLessThanOrEqual(5);
  });

  it('waits as long as an overloaded server asks, but not longer than five seconds', async () => {
    api.faults.add({ effect: { status: 429, retryAfterSeconds: 0 }, times: 2 });
    expect(await client.get(configMapKind, target, { signal })).toMatchObject({ data: { x: '1' } });
    api.faults.add({ effect: { status: 429, retryAfterSeconds: 60 }, times: 1 });
    expect(await failing(client.get(configMapKind, target, { signal }))).toMatchObject({ code: 'Unavailable', status: 429 });
  });

  it('asks for another token when one is refused, and only then', async () => {
    const asked: (string | undefined)[] = [];
    const source: TokenSource = ({ rejected }) => {
      asked.push(rejected);
      return Promise.resolve(rejected === undefined ? 'refused' : 'valid');
    };
    const renewing = connect({}, source);
    await renewing.get(configMapKind, target, { signal });
    expect(asked).toEqual([undefined, 'refused']);
    const stubborn = connect({}, () => Promise.resolve('refused'));
    expect(await failing(stubborn.get(configMapKind, target, { signal }))).toMatchObject({ code: 'Unauthorized' });
  });

  it('tells of every attempt', async () => {
    const answers: string[] = [];
    const observed = connect({ onAnswer: (method, status) => answers.push(`${method} ${status}`) });
    api.faults.add({ effect: { status: 429, retryAfterSeconds: 0 }, times: 1 });
    await observed.get(configMapKind, target, { signal });
    await failing(observed.create(configMapKind, map(), { signal }));
    expect(answers).toEqual(['GET 429', 'GET 200', 'POST 409']);
  });

  it('starts a long list again when its pages expire, once', async () => {
    for (const name of ['b', 'c', 'd']) api.put(configMapKind, map(name));
    let pages = 0;
    const items: ConfigMap[] = [];
    const read = async (): Promise<void> => {
      for await (const page of client.pages(configMapKind, { pageSize: 2, signal })) {
        items.push(...page.items);
        pages += 1;
        api.compact();
      }
    };
    expect(await failing(read())).toMatchObject({ code: 'Gone' });
    expect(pages).toBe(1);
    api.faults.add({ path: /continue=/, times: 1, effect: { status: 410 } });
    expect((await client.list(configMapKind, { pageSize: 2, signal })).items).toHaveLength(4);
  });

  it('refuses to address what has no address', async () => {
    expect(await failing(client.get(configMapKind, { name: 'a' }, { signal }))).toMatchObject({ code: 'InvalidInput' });
    expect(await failing(client.get(configMapKind, { namespace: 'default', name: '' }, { signal }))).toMatchObject({
      code: 'InvalidInput',
    });
    const homeless = { ...map(), metadata: { name: 'a' } };
    expect(await failing(client.create(configMapKind, homeless, { signal }))).toMatchObject({ code: 'InvalidInput' });
    expect(api.requests).toEqual([]);
  });

  it('escapes what a name could do to an address', async () => {
    expect(await failing(client.get(configMapKind, { namespace: 'default', name: '../../secrets?x=y' }, { signal }))).toMatchObject({
      code: 'NotFound',
    });
    expect(api.requests).toEqual(['GET /api/v1/namespaces/default/configmaps/..%2F..%2Fsecrets%3Fx%3Dy']);
  });

  it('ends a watch that is silent for too long, by the clock', async () => {
    const clock = handClock();
    const patient = connect({ clock });
    api.faults.add({ path: /watch=true/, effect: 'stall' });
    let opened = false;
    const over = (async () => {
      const watch = patient.watch(configMapKind, { idleMs: 90_000, onContact: () => (opened = true), signal });
      for await (const event of watch) throw new Error(`unexpected ${event.type}`);
    })();
    await expect.poll(() => opened).toBe(true);
    clock.advance(89_999);
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(1);
    await over;
    expect(clock.pending).toBe(0);
  });

  it('ends a watch and a mirror of it knows the server is away when packets are dropped on the way, and goes on when they are not', async () => {
    const clock = handClock();
    const far = connect({ clock, pulse: true });
    const contacts: string[] = [];
    const mirror = createMirror({
      client: far,
      kind: configMapKind,
      clock,
      onContact: (contact, why) => contacts.push(why === undefined ? contact : `${contact}: ${why.message.slice(0, 40)}`),
    });
    const ending = new AbortController();
    const running = mirror.run(ending.signal);
    await expect.poll(() => mirror.staleSince()).toBeUndefined();
    const heal = api.faults.add({ effect: 'stall' });
    const pass = async (until: () => boolean): Promise<number> => {
      const before = clock.monotonic();
      await expect
        .poll(async () => {
          if (!until()) await clock.pass(100);
          return until();
        })
        .toBe(true);
      return clock.monotonic() - before;
    };
    expect(await pass(() => contacts.length === 2)).toBeLessThanOrEqual(8_000);
    expect(contacts[1]).toMatch(/^lost: The API server/);
    expect(mirror.staleSince()).toBeDefined();
    await clock.pass(60_000);
    heal();
    api.put(configMapKind, map('later'));
    await pass(() => mirror.get('default/later') !== undefined);
    expect(mirror.staleSince()).toBeUndefined();
    ending.abort();
    await running;
  });

  it.each([
    ['has run out meanwhile, and whose renewal takes longer than an answer may take', 4_000],
    ['has run out meanwhile, and is renewed at once', 0],
    ['still holds', undefined],
  ])('goes on when a server is back after packets were dropped, with a credential that %s', async (_, renewalMs) => {
    const clock = handClock();
    const away = { is: false };
    const credential = { held: 'valid', renewals: 0 };
    const token: TokenSource = async ({ signal: asking, rejected }) => {
      if (rejected === undefined && credential.held !== '') return credential.held;
      credential.renewals += 1;
      credential.held = '';
      await sleep(clock, away.is ? 60_000 : (renewalMs ?? 0), asking);
      credential.held = 'renewed';
      return credential.held;
    };
    const far = connect({ clock, pulse: true }, token);
    const mirror = createMirror({ client: far, kind: configMapKind, clock });
    const ending = new AbortController();
    const running = mirror.run(ending.signal);
    await expect.poll(() => mirror.staleSince()).toBeUndefined();
    const pass = (until: () => boolean): Promise<unknown> =>
      expect
        .poll(async () => {
          if (!until()) await clock.pass(100);
          return until();
        })
        .toBe(true);
    const heal = api.faults.add({ effect: 'stall' });
    away.is = true;
    await pass(() => mirror.staleSince() !== undefined);
    if (renewalMs !== undefined) credential.held = '';
    await clock.pass(60_000);
    away.is = false;
    heal();
    api.put(configMapKind, map('later'));
    const before = clock.monotonic();
    await pass(() => mirror.get('default/later') !== undefined);
    expect(clock.monotonic() - before).toBeLessThanOrEqual(10_000);
    // Once for a request whose time is over, and once when the server is back: the pulse itself needs none.
    expect(credential.renewals).toBeLessThanOrEqual(renewalMs === undefined ? 0 : 2);
    ending.abort();
    await running;
  });

  it('does not know whether a write happened when the answer is lost', async () => {
    api.faults.add({ method: 'POST', times: 1, effect: 'reset-after' });
    expect(await failing(client.create(configMapKind, map('b'), { signal }))).toMatchObject({ code: 'Unavailable' });
    expect(api.read(configMapKind, { namespace: 'default', name: 'b' })).toBeDefined();
  });
});
