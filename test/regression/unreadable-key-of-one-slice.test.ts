import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { FakeKernel, FakeMachine } from '../../src/kernel/fake.ts';
import type { NodeFacts, SliceFacts } from '../../src/plan/facts/node-state.ts';
import { PodNetns } from '../../src/reconcile/node/cni/pod-netns.ts';
import { SliceSubnetsFile } from '../../src/reconcile/node/cni/slice-subnets-file.ts';
import { NodeAgent } from '../../src/reconcile/node/node-agent.ts';
import { Publisher } from '../../src/reconcile/node/publisher.ts';
import { SnapshotFile } from '../../src/reconcile/node/stored/snapshot-file.ts';
import { TunnelKeys } from '../../src/reconcile/node/tunnel-keys.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';

/*
 * One tunnel key that could not be read ended the step of the node: no slice of the node was kept any more. And a slice without a key counted as a
 * slice that is not wanted: the tunnel that ran by that key was removed when the agent started.
 */

const { signal } = new AbortController();
const slice = (name: string, third: number): SliceFacts => ({
  name,
  uid: name,
  subnet: `10.${third}.0.0/16`,
  blocks: [`10.${third}.0.0/24`],
  driver: 'Auto',
  namespaces: [name],
  peers: [],
});
const facts: NodeFacts = { node: 'n1', addresses: ['192.0.2.1'], slices: [slice('bad', 1), slice('good', 2)], pods: [] };

let directory: string;
let machine: FakeMachine;
let snapshotFile: SnapshotFile;
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/keys-`);
  machine = new FakeMachine();
});
afterEach(async () => {
  await snapshotFile.settled();
  await rm(directory, { recursive: true, maxRetries: 10, retryDelay: 20 });
});

const started = (): { readonly agent: NodeAgent; readonly kernel: FakeKernel } => {
  const kernel = new FakeKernel(machine);
  snapshotFile = new SnapshotFile({ runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` }, quietLog);
  const agent = new NodeAgent({
    kernel,
    slicesVersion: () => 0,
    facts: () => ({ facts, losses: new Map() }),
    actsOn: () => undefined,
    peersVersion: () => 1,
    published: () => ({}),
    keys: new TunnelKeys({ node: 'n1', runDirectory: directory, stateDirectory: `${directory}/state` }, quietLog),
    snapshotFile,
    keepVerified: async () => undefined,
    sliceSubnets: new SliceSubnetsFile({ stateDirectory: `${directory}/state` }, quietLog),
    snapshot: undefined,
    podNetns: new PodNetns(systemClock),
    linkOf: () => undefined,
    mtu: async () => 1420,
    clock: systemClock,
    log: quietLog,
    metrics: createMetrics(),
  });
  return { agent, kernel };
};
const breakKey = async (): Promise<void> => {
  await rm(`${directory}/keys/bad.key`, { force: true });
  await mkdir(`${directory}/keys/bad.key`, { recursive: true });
};

it('a key that cannot be read concerns its own slice alone', async () => {
  await breakKey();
  const step = await started().agent.step('everything', signal);
  expect(step?.plan.networks.map((network) => network.slice)).toEqual(['good']);
  expect(step?.plan.problems.get('bad')?.message).toMatch(/bad\.key can be neither read nor created: EISDIR.*correct/);
  expect(step?.againMs).toBe(1_000);
});

it('the tunnel that runs by it stays, also when the agent starts anew', async () => {
  const first = await started().agent.step('everything', signal);
  const before = [...machine.slices.values()].map(({ network }) => network);
  expect(first?.plan.networks).toHaveLength(2);
  await snapshotFile.settled();
  await breakKey();
  const step = await started().agent.step('everything', signal);
  expect(step?.outcome.changes).toEqual([]);
  expect([...machine.slices.values()].map(({ network }) => network)).toEqual(before);
});

it('it is used as soon as it can be read', async () => {
  await breakKey();
  const { agent } = started();
  await agent.step('everything', signal);
  await rm(`${directory}/keys/bad.key`, { recursive: true });
  const step = await agent.step('everything', signal);
  expect(step?.plan.networks).toHaveLength(2);
  expect(step?.plan.untouched).toEqual([]);
});

it('a file with something else in it says what to do', async () => {
  await mkdir(`${directory}/keys`, { recursive: true });
  await writeFile(`${directory}/keys/bad.key`, 'half a ke');
  const step = await started().agent.step('everything', signal);
  expect(step?.plan.problems.get('bad')?.message).toMatch(/holds no WireGuard key.*Delete the file/);
});

it('what was published of the slice stays, with the reason', async () => {
  await breakKey();
  const { agent, kernel } = started();
  await agent.step('everything', signal);
  const patches: unknown[] = [];
  const seen = {
    metadata: { name: 'bad.n1' },
    spec: { slice: 'bad', node: 'n1' },
    status: { publicKey: 'k', port: 51_820, router: '10.1.0.1', pods: { a: { namespace: 'bad', name: 'a', address: '10.1.0.2' } } },
  } as unknown as SliceNode;
  const publisher = new Publisher({
    bindsKeys: false,
    client: {
      mergePatch: async (_: unknown, __: unknown, patch: unknown) => {
        patches.push(patch);
        return seen;
      },
    } as never,
    kernel,
    agent,
    links: { links: () => new Map(), knowledge: () => 'All' },
    identity: () => undefined,
    certificateEnds: () => undefined,
    trouble: () => undefined,
    policiesServed: () => true,
    seen: () => seen,
    clock: systemClock,
    metrics: { set: () => {}, remove: () => {} },
  });
  await publisher.publish('bad', signal);
  expect(patches).toHaveLength(1);
  const { status } = patches[0] as { status: Record<string, unknown> };
  expect(Object.keys(status)).toEqual(['conditions']);
  expect(status.conditions).toMatchObject([{ type: 'Ready', status: 'False', message: expect.stringMatching(/bad\.key/) }]);
});
