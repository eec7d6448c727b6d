import { expect, it } from 'vitest';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import type { ProbeAnswer } from '../../src/kernel/process/probe.ts';
import type { SliceNetwork } from '../../src/plan/facts/slice-network.ts';
import { encodeVotes, type Vote } from '../../src/plan/links/link-votes.ts';
import { planWithdrawals } from '../../src/plan/names/withdrawal.ts';
import { afterLastVotes } from '../../src/reconcile/node/last-votes.ts';
import { LinkWatch } from '../../src/reconcile/node/link-watch.ts';
import type { Step } from '../../src/reconcile/node/node-agent.ts';
import { Publisher } from '../../src/reconcile/node/publisher.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { handClock } from '../../src/values/fixtures/hand-clock.ts';

const east = (vote: Vote, fresh = true, node = 'w') => ({
  node,
  cluster: 'west',
  fresh,
  votes: { east: encodeVotes(new Map<string, Vote>([['n1', vote]])) },
});
const many = (count: number) => Array.from({ length: count }, (_, index) => east('Down', true, `w${index}`));

it.each<[string, ReturnType<typeof east>[], boolean]>([
  ['99 observers say Down', many(99), true],
  ['99 say Down, and one that has just started does not know yet', [...many(99), east('Pending')], true],
  ['99 say Down, and one whose agent is dead said Up', [...many(99), east('Up', false)], true],
  ['99 say Down, and one reaches it', [...many(99), east('Up')], false],
])('%s', (_, observers, withdrawn) => {
  expect(planWithdrawals(observers).has('east', 'n1')).toBe(withdrawn);
});

const network = {
  slice: 'app',
  netns: 'n',
  interface: 'i',
  driver: 'WireGuard',
  peers: [
    { name: 'east/n1', router: '10.0.0.1', publicKey: 'a' },
    { name: 'west/w2', router: '10.0.0.2', publicKey: 'b' },
  ],
  pods: [],
} as unknown as SliceNetwork;

/** An agent that starts, with what its earlier run published; `alive` are the routers that answer. */
const startAgent = async (published: Readonly<Record<string, Vote>>, alive: ReadonlySet<string>) => {
  const clock = handClock();
  let answer: (result: ProbeAnswer) => void = () => undefined;
  const watch = new LinkWatch({
    clock,
    random: () => 0,
    program: '',
    observe: async () => undefined,
    onChange: () => undefined,
    createProber: ({ onAnswer }) => {
      answer = onAnswer;
      return {
        asked: 0,
        keep: async () => undefined,
        stop: () => undefined,
        ask: (addresses) => {
          for (const address of addresses) if (alive.has(address)) clock.after(20, () => answer({ address, rttMs: 20, probe: 1 }));
          return true;
        },
      };
    },
  });
  await watch.aim([network]);
  const votes = (prefix: string) =>
    encodeVotes(new Map(Object.entries(published).flatMap(([peer, vote]) => (peer.startsWith(prefix) ? [[peer.slice(5), vote]] : []))));
  let seen = {
    metadata: { name: 'app.w1', generation: 1 },
    spec: { slice: 'app', node: 'w1' },
    status: { publicKey: 'k', links: { observedAt: 'before', clusters: { east: votes('east/'), west: votes('west/') } } },
  } as unknown as SliceNode;
  const patches: { readonly at: number; readonly status: Record<string, unknown> }[] = [];
  const step = {
    facts: { node: 'w1', slices: [], pods: [], addresses: [] },
    plan: {
      decisions: {},
      wantedAddresses: new Map(),
      networks: [{ ...network, publicKey: 'k' }],
      untouched: [],
      sliceOfPod: new Map(),
      podProblems: new Map(),
      problems: new Map(),
      drivers: new Map(),
    },
    outcome: { failures: new Map(), podFailures: new Map(), attached: new Map() },
    peersVersions: new Map(),
  } as unknown as Step;
  const publisher = new Publisher({
    bindsKeys: false,
    client: {
      mergePatch: async (_kind: unknown, _target: unknown, patch: { status: Record<string, unknown> }) => {
        patches.push({ at: clock.monotonic(), status: patch.status });
        const status = { ...seen.status, ...patch.status };
        const links = { ...seen.status?.links, ...(patch.status.links as object | undefined) } as NonNullable<typeof status.links>;
        const clusters = { ...seen.status?.links?.clusters, ...links.clusters };
        seen = { ...seen, status: { ...status, links: { ...links, clusters } } };
        return seen;
      },
    } as never,
    kernel: { drivers: async () => [], observe: async () => undefined },
    agent: { last: step },
    links: watch,
    identity: () => undefined,
    certificateEnds: () => undefined,
    trouble: () => undefined,
    policiesServed: () => true,
    seen: () => seen,
    clock,
    metrics: { set: () => undefined, remove: () => undefined },
  });
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.pass(100);
      watch.tick();
      await publisher.publish('app', AbortSignal.timeout(1_000));
    }
  };
  const end = async (): Promise<void> => {
    const asked = new AbortController();
    const ended = afterLastVotes(asked.signal, { links: watch, publisher, slices: () => ['app'], log: quietLog });
    asked.abort();
    await clock.pass(500);
    await expect.poll(() => ended.aborted).toBe(true);
  };
  return { run, end, patches, votes: () => seen.status?.links, observed: () => seen.status?.links?.observedAt };
};

it('an agent that starts in the middle of an outage neither doubts nor revives the dead', async () => {
  const agent = await startAgent({ 'east/n1': 'Down', 'west/w2': 'Up' }, new Set(['10.0.0.2']));
  for (let passed = 0; passed < 5_000; passed += 100) {
    await agent.run(100);
    expect(agent.votes()).toMatchObject({ clusters: { east: { up: 0, down: 1 }, west: { up: 1, down: 0 } } });
  }
  expect(agent.observed()).not.toBe('before');
});

it('an agent that was away while a cluster died does not vouch for it, from the first second on', async () => {
  const agent = await startAgent({ 'east/n1': 'Up', 'west/w2': 'Up' }, new Set(['10.0.0.2']));
  await agent.run(400);
  // What it published before is better than nothing.
  expect(agent.observed()).toBe('before');
  await agent.run(400);
  expect(agent.votes()).toMatchObject({ clusters: { east: { up: 0, down: 0 }, west: { up: 1, down: 0 } } });
  expect(agent.patches.some(({ status }) => status.conditions !== undefined)).toBe(false);
  await agent.run(4_200);
  expect(agent.votes()).toMatchObject({ clusters: { east: { up: 0, down: 1 } } });
});

it('an agent that ends while a cluster dies leaves no vote for it behind', async () => {
  const alive = new Set(['10.0.0.1', '10.0.0.2']);
  const agent = await startAgent({}, alive);
  await agent.run(3_000);
  expect(agent.votes()).toMatchObject({ clusters: { east: { up: 1 }, west: { up: 1 } } });
  alive.delete('10.0.0.1');
  await agent.run(1_000);
  expect(agent.votes()).toMatchObject({ clusters: { east: { up: 1 }, west: { up: 1 } } });
  await agent.end();
  expect(agent.votes()).toMatchObject({ clusters: { east: { up: 0, down: 0 }, west: { up: 1 } } });
});

it('an agent that ends while all is well writes nothing', async () => {
  const agent = await startAgent({}, new Set(['10.0.0.1', '10.0.0.2']));
  await agent.run(3_000);
  const before = agent.patches.length;
  await agent.end();
  expect(agent.patches).toHaveLength(before);
});

it('an agent that restarts while all is well says nothing else meanwhile, and writes once', async () => {
  const agent = await startAgent({ 'east/n1': 'Up', 'west/w2': 'Up' }, new Set(['10.0.0.1', '10.0.0.2']));
  await agent.run(10_000);
  expect(agent.patches.filter(({ status }) => status.links !== undefined)).toHaveLength(1);
  await agent.run(60_000);
  // From then on a sign of life every 15 s, and nothing besides.
  expect(agent.patches.filter(({ status }) => status.links !== undefined)).toHaveLength(5);
  expect(agent.patches.slice(-4).every(({ status }) => Object.keys(status).join() === 'links')).toBe(true);
});

it('a peer that was never reached is Down within 5 s', async () => {
  const agent = await startAgent({}, new Set(['10.0.0.2']));
  await agent.run(5_000);
  expect(agent.votes()).toMatchObject({ clusters: { east: { up: 0, down: 1 } } });
});
