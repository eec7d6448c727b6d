import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyLedger, type Ledger } from '../../../exchange/ledger/ledger.ts';
import type { ExportBody, ExportEndpoint } from '../../../exchange/statement/export.ts';
import { createController } from '../../../loop/controller.ts';
import { endpoint, offer, pod } from '../../../plan/fixtures/worker.ts';
import { listenerPath } from '../../../plan/listeners/question.ts';
import { listenerPace } from '../../../plan/listeners/watched-port.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import type { Node } from '../../../values/builtin/node.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import { Failure } from '../../../values/failure.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import { type AskListeners, createAskListeners } from '../peers/ask-agent.ts';
import { createBelief } from '../receive/belief.ts';
import { createListenerWatch, type ListenerSession } from './listener-watch.ts';

let clock: HandClock;
let stated: Map<string, ExportBody>;
let belief: ReturnType<typeof createBelief>;
let nodes: Map<string, Node>;
let pods: Map<string, Pod>;
let closed: Set<string>;
let isUnreachable: boolean;
let asked: string[];
let emitted: string[];
let watch: ReturnType<typeof createListenerWatch>;
let end: AbortController;
let running: Promise<void>;

const node = (address: string, ready = 'True'): Node =>
  ({ status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', status: ready }] } }) as unknown as Node;

const ledgerOf = (): Ledger => {
  const entries = [...stated].map(([subject, body]) => [subject, { inForce: true, stated: { kind: 'Export', body } }] as const);
  const cluster = { entries: { Cluster: new Map(), Node: new Map(), Export: new Map(entries), Endpoints: new Map(), Links: new Map() } };
  return { ...emptyLedger, clusters: new Map([['east', cluster as never]]) };
};
/** States an export; undefined withdraws it. */
const state = (name: string, endpoints: readonly ExportEndpoint[] | undefined, changes: Partial<ExportBody> = {}): void => {
  const subject = `app-ns/${name}`;
  if (endpoints === undefined) stated.delete(subject);
  else stated.set(subject, { ...offer('east', endpoints, changes).body, name });
  belief.become(ledgerOf(), [{ kind: 'Export', cluster: 'east', subject }]);
};
const ask: AskListeners = async (address, question) => {
  asked.push(`${clock.monotonic()} ${address} ${listenerPath(question)}`);
  if (isUnreachable) throw new Failure('Unavailable', 'it answers 404');
  return {
    pods: question.pods.map(({ address: of, ports }) => ({ address: of, closed: ports.filter((port) => closed.has(`${of}:${port}`)) })),
  };
};
const start = (): void => {
  const session: ListenerSession = {
    slice: 'app',
    clock,
    hub: { cluster: 'east' },
    ledger: () => belief.ledger(),
    statements: belief,
    pods: () => ({ get: (key: string) => pods.get(key) }) as unknown as ReturnType<ListenerSession['pods']>,
    local: { nodes: { get: (name) => nodes.get(name) }, exports: { get: () => undefined }, log: quietLog },
  };
  watch = createListenerWatch(session, { ask, random: () => 0.5 });
  watch.subscribe((key) => emitted.push(`${clock.monotonic()} ${key}`));
  end = new AbortController();
  running = createController({ ...watch.controller, clock, random: () => 0.5 }).run(end.signal);
};

beforeEach(() => {
  clock = handClock();
  stated = new Map();
  belief = createBelief();
  nodes = new Map([
    ['n1', node('192.168.0.1')],
    ['n2', node('192.168.0.2')],
  ]);
  pods = new Map();
  closed = new Set();
  isUnreachable = false;
  asked = [];
  emitted = [];
  start();
});
afterEach(async () => {
  end.abort();
  await running;
  expect(clock.pending).toBe(0);
});

const wrong = { ports: [{ protocol: 'TCP', port: 80, targetPort: 9999 }] } as const;
const portState = (index: number, port = 8080) => watch.portState(endpoint(index), port);

describe('the watch on listeners', () => {
  it('asks the node of each pod in one question, soon, and then once a minute', async () => {
    state('web', [endpoint(1), { ...endpoint(2), node: 'n2' }, endpoint(3)]);
    state('api', [endpoint(1)], { ports: [{ protocol: 'TCP', port: 81, targetPort: 8081 }] });
    await clock.pass(200_000);
    expect(asked.filter((line) => line.includes('192.168.0.1'))).toEqual([
      '1000 192.168.0.1 /v1/listeners/app?pods=10.0.0.1:8080,8081;10.0.0.3:8080',
      '61000 192.168.0.1 /v1/listeners/app?pods=10.0.0.1:8080,8081;10.0.0.3:8080',
      '121000 192.168.0.1 /v1/listeners/app?pods=10.0.0.1:8080,8081;10.0.0.3:8080',
      '181000 192.168.0.1 /v1/listeners/app?pods=10.0.0.1:8080,8081;10.0.0.3:8080',
    ]);
    expect(asked.filter((line) => line.includes('192.168.0.2'))).toHaveLength(4);
    expect([portState(1), portState(1, 8081), portState(3)]).toEqual(['listening', 'listening', 'listening']);
    // At rest, and at a start where all is well, no export is judged again.
    expect(emitted).toEqual([]);
  });

  it('tells the export within seconds that nobody listens, asks often then, and tells when somebody does', async () => {
    closed.add('10.0.0.1:9999');
    state('web', [endpoint(1)], wrong);
    await clock.pass(30_000);
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['1000', '4000', '9000', '14000', '19000', '24000', '29000']);
    expect(emitted).toEqual(['4000 app-ns/web']);
    closed.clear();
    await clock.pass(5_000);
    expect(emitted).toEqual(['4000 app-ns/web', '34000 app-ns/web']);
    expect(portState(1, 9999)).toBe('listening');
  });

  it('asks about a port that came since, at once and alone', async () => {
    state('web', [endpoint(1), endpoint(2)]);
    await clock.pass(20_000);
    state('web', [endpoint(1), endpoint(2)], wrong);
    expect(portState(1, 9999)).toBe('new');
    await clock.pass(1_000);
    expect(asked.at(-1)).toBe('21000 192.168.0.1 /v1/listeners/app?pods=10.0.0.1:9999;10.0.0.2:9999');
    // Nobody leads there any more.
    expect(portState(1)).toBe('new');
  });

  it('asks about nothing that takes no connections, nor about UDP, nor after the export is gone', async () => {
    state('web', [endpoint(1, false), { ...endpoint(2), terminating: true }]);
    state('dns', [endpoint(1)], { ports: [{ protocol: 'UDP', port: 53, targetPort: 53 }] });
    state('gone', [endpoint(3)]);
    state('gone', undefined);
    await clock.pass(100_000);
    expect(asked).toEqual([]);
  });

  it('knows nothing of nodes whose agents are away or too old, and asks them less and less', async () => {
    isUnreachable = true;
    closed.add('10.0.0.1:9999');
    state('web', [endpoint(1)], wrong);
    await clock.pass(200_000);
    expect([portState(1, 9999), emitted]).toEqual(['unknown', []]);
    expect(asked.map((line) => Number(line.split(' ')[0]) / 1_000)).toEqual([1, 6, 16, 36, 76, 136, 196]);
    isUnreachable = false;
    await clock.pass(70_000);
    expect(portState(1, 9999)).toBe('closed');
  });

  it('forgets what an agent reported that stays away, but not for one question', async () => {
    closed.add('10.0.0.1:9999');
    state('web', [endpoint(1)], wrong);
    await clock.pass(10_000);
    isUnreachable = true;
    await clock.pass(20_000);
    expect(portState(1, 9999)).toBe('closed');
    await clock.pass(40_000);
    expect(portState(1, 9999)).toBe('unknown');
    expect(emitted).toHaveLength(2);
    // One that ended with everything it was asked about is asked no more.
    state('web', undefined);
    const before = asked.length;
    await clock.pass(100_000);
    expect(asked).toHaveLength(before);
  });

  it('does not ask nodes that are off or have no address, nor about pods with a runtime of their own', async () => {
    nodes.set('n1', node('192.168.0.1', 'Unknown'));
    nodes.delete('n2');
    nodes.set('n3', node('192.168.0.3'));
    pods.set('app-ns/p3', { ...pod('p3'), spec: { containers: [], runtimeClassName: 'kata' } });
    state('web', [endpoint(1), { ...endpoint(2), node: 'n2' }, { ...endpoint(3), node: 'n3' }]);
    await clock.pass(10_000);
    expect(asked).toEqual([]);
    expect(watch.portState({ ...endpoint(3), node: 'n3' }, 8080)).toBe('unknown');
  });

  it('waits no longer than a moment for an answer', async () => {
    end.abort();
    await running;
    const late = new Promise<never>(() => undefined);
    watch = createListenerWatch(
      {
        slice: 'app',
        clock,
        hub: { cluster: 'east' },
        ledger: () => belief.ledger(),
        statements: belief,
        pods: () => undefined,
        local: { nodes: { get: (name) => nodes.get(name) }, exports: { get: () => undefined }, log: quietLog },
      },
      {
        ask: (_, __, signal) =>
          Promise.race([late, new Promise<never>((___, reject) => signal.addEventListener('abort', () => reject(new Error('late'))))]),
        random: () => 0.5,
      },
    );
    end = new AbortController();
    running = createController({ ...watch.controller, clock }).run(end.signal);
    state('web', [endpoint(1)]);
    await clock.pass(5_900);
    expect(portState(1)).toBe('new');
    await clock.pass(200);
    expect(portState(1)).toBe('unknown');
  });

  it('puts more than a question holds into several', async () => {
    const many = Array.from({ length: 150 }, (_, index) => endpoint(index));
    for (const { addresses } of many) closed.add(`${addresses[0]}:8080`);
    state('web', many);
    await clock.pass(listenerPace.firstMs + 2 * listenerPace.gapMs);
    expect(asked).toHaveLength(3);
    await clock.pass(30_000);
    expect(many.every((one) => watch.portState(one, 8080) === 'closed')).toBe(true);
  });
});

describe('the question to an agent', () => {
  const askOf = (status: number, body: string) =>
    createAskListeners({ fetch: async () => new Response(body, { status }), port: 9810, token: async () => 'token' })(
      '192.168.0.1',
      { slice: 'app', pods: [{ address: '10.0.0.1', ports: [80] }] },
      new AbortController().signal,
    );

  it('takes what an agent answers', async () => {
    expect(await askOf(200, '{"pods":[{"address":"10.0.0.1","closed":[80]}]}')).toEqual({ pods: [{ address: '10.0.0.1', closed: [80] }] });
  });

  it.each([
    ['one that does not know the question', 404, 'served here: …'],
    ['something else', 200, '{"next":1}'],
    ['too much', 200, `"${'x'.repeat(20_000)}"`],
  ])('fails with %s', async (_, status, body) => {
    await expect(askOf(status, body)).rejects.toMatchObject({ code: 'Unavailable', message: expect.stringContaining('listeners of pods') });
  });
});
