import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeKernel, FakeMachine } from '../../kernel/fake.ts';
import type { NodeDecisions, NodeFacts, PodFacts, SliceFacts } from '../../plan/facts/node-state.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { quietLog } from '../../telemetry/quiet-log.ts';
import { type Clock, systemClock } from '../../values/clock.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { PodNetns } from './cni/pod-netns.ts';
import { SliceSubnetsFile } from './cni/slice-subnets-file.ts';
import { NodeAgent } from './node-agent.ts';
import { SnapshotFile } from './stored/snapshot-file.ts';
import { TunnelKeys } from './tunnel-keys.ts';

const signal = new AbortController().signal;
const wait = { timeout: 120_000 };
const pod = (uid: string): PodFacts => ({ uid, namespace: 'app-ns', name: uid, eligible: true });
const slice: SliceFacts = {
  name: 'app',
  uid: 'u',
  subnet: '10.0.0.0/16',
  blocks: ['10.0.0.0/24'],
  driver: 'Auto',
  namespaces: ['app-ns'],
  peers: [],
};

/** Knows the namespaces that a test says, without any processes. */
class SaidNetns extends PodNetns {
  readonly said: Map<string, string>;
  constructor(said: Map<string, string>) {
    super(systemClock);
    this.said = said;
  }
  override announce(uid: string, path: string): void {
    super.announce(uid, path);
    this.said.set(uid, path);
  }
  override async locate(uids: readonly string[]): Promise<Map<string, string>> {
    return new Map([...this.said].filter(([uid]) => uids.includes(uid)));
  }
}

let directory: string;
let machine: FakeMachine;
let facts: NodeFacts | undefined;
let published: NodeDecisions;
let netns: Map<string, string>;

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/agent-`);
  machine = new FakeMachine();
  facts = { node: 'n1', addresses: ['192.0.2.1'], slices: [slice], pods: [pod('a')] };
  published = {};
  netns = new Map([['a', '/run/netns/a']]);
  for (const uid of ['a', 'b']) machine.podNamespaces.add(`/run/netns/${uid}`);
});
afterEach(async () => {
  await Promise.all(snapshotFiles.map((file) => file.settled()));
  snapshotFiles.length = 0;
  await rm(directory, { recursive: true, maxRetries: 10, retryDelay: 20 });
});

let factsMade = 0;
let slicesVersion = 0;
const snapshotFiles: SnapshotFile[] = [];
const snapshots = (): SnapshotFile => {
  const file = new SnapshotFile({ runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` }, quietLog);
  snapshotFiles.push(file);
  return file;
};

/** An agent that starts, with what its last snapshot says. */
const started = async (kernel: FakeKernel = new FakeKernel(machine), clock: Clock = systemClock): Promise<NodeAgent> => {
  const snapshotFile = snapshots();
  return new NodeAgent({
    kernel,
    slicesVersion: () => slicesVersion,
    peersVersion: () => 1,
    facts: () => {
      factsMade += 1;
      return facts === undefined ? undefined : { facts, losses: new Map() };
    },
    actsOn: () => undefined,
    published: () => published,
    keys: new TunnelKeys({ node: 'n1', runDirectory: directory, stateDirectory: `${directory}/state` }, quietLog),
    snapshotFile,
    keepVerified: async () => undefined,
    sliceSubnets: new SliceSubnetsFile({ stateDirectory: `${directory}/state` }, quietLog),
    snapshot: await snapshotFile.load('n1'),
    podNetns: new SaidNetns(netns),
    linkOf: () => undefined,
    mtu: async () => 1420,
    clock,
    log: quietLog,
    metrics: createMetrics(),
  });
};

it('attaches what runs, and touches nothing the second time', async () => {
  const agent = await started();
  const first = await agent.step('everything', signal);
  expect(first?.outcome.attached.get('app')).toEqual(new Set(['a']));
  expect(agent.isAttached('a')).toBe(true);
  expect((await agent.step('everything', signal))?.outcome.changes).toEqual([]);
});

it('joins a slice when a pod needs it, and a pod waits for that; leaves nothing of one that needs it no longer', async () => {
  const agent = await started();
  facts = { node: 'n1', addresses: ['192.0.2.1'], slices: [{ ...slice, blocks: [], idle: true }], pods: [pod('a')] };
  slicesVersion += 1;
  await agent.step('changes', signal);
  expect([agent.awaitsSlice('a'), agent.awaitsAttachment('a'), agent.awaitsSlice('unknown')]).toEqual([true, false, false]);
  expect(await readdir(directory)).not.toContain('keys');
  facts = { ...facts, slices: [slice] };
  expect((await agent.step('changes', signal))?.outcome.attached.get('app')).toEqual(new Set(['a']));
  expect([agent.awaitsSlice('a'), await readdir(`${directory}/keys`)]).toEqual([false, ['app.key']]);
  facts = { ...facts, slices: [{ ...slice, blocks: [], idle: true }], pods: [] };
  expect((await agent.step('changes', signal))?.plan.networks).toEqual([]);
  expect(await readdir(`${directory}/keys`)).toEqual([]);
  // The count goes on, so that no address counts as withdrawn before it is.
  expect(agent.last?.plan.decisions.app).toMatchObject({ leases: {}, revision: 1 });
});

it('touches nothing while nothing is known about the node', async () => {
  facts = undefined;
  const agent = await started();
  expect(await agent.step('everything', signal)).toBeUndefined();
  expect(machine.slices.size).toBe(0);
});

it('goes on from its snapshot without an API server, with the same key, port and addresses', async () => {
  await (await started()).step('everything', signal);
  facts = undefined;
  const step = await (await started()).step('everything', signal);
  expect(step?.outcome.changes).toEqual([]);
  expect(step?.outcome.attached.get('app')).toEqual(new Set(['a']));
});

it('ignores the snapshot of another node', async () => {
  await (await started()).step('everything', signal);
  expect(await snapshots().load('n2')).toBeUndefined();
});

it('has the addresses saved before the kernel has them', async () => {
  const saved: string[] = [];
  class Recording extends FakeKernel {
    override async converge(...args: Parameters<FakeKernel['converge']>): ReturnType<FakeKernel['converge']> {
      saved.push(await readFile(`${directory}/run/agent/snapshot.json`, 'utf8'));
      return super.converge(...args);
    }
  }
  await (await started(new Recording(machine))).step('everything', signal);
  expect(JSON.parse(saved[0] ?? '').decisions.app.leases).toEqual({ a: '10.0.0.2' });
});

it('goes on from the disk after a reboot, which takes the other copy away', async () => {
  const agent = await started();
  await agent.step('everything', signal);
  await vi.waitFor(async () => expect(await readFile(`${directory}/state/agent/snapshot.json`, 'utf8')).toContain('"a":"10.0.0.2"'), wait);
  await rm(`${directory}/run`, { recursive: true });
  facts = undefined;
  const step = await (await started()).step('everything', signal);
  expect(step?.plan.networks[0]?.pods).toMatchObject([{ address: '10.0.0.2' }]);
});

it('attaches pods though the disk takes nothing, and brings the snapshot there when it does again', async () => {
  const file = `${directory}/state`;
  await writeFile(file, 'in the way');
  const agent = await started();
  expect((await agent.step('everything', signal))?.outcome.attached.get('app')).toEqual(new Set(['a']));
  await rm(file);
  await vi.waitFor(async () => {
    await agent.step('everything', signal);
    expect(await readFile(`${file}/agent/snapshot.json`, 'utf8')).toContain('"a":"10.0.0.2"');
  }, wait);
});

it('makes up for a lost snapshot with what it had published', async () => {
  published = { app: { uid: 'u', port: 51_830, leases: { a: '10.0.0.44' }, freed: {} } };
  const step = await (await started()).step('everything', signal);
  expect(step?.plan.networks[0]).toMatchObject({ listenPort: 51_830, pods: [{ address: '10.0.0.44' }] });
});

it('attaches a pod that the CNI plugin announces once the API server has said that it is a member, and forgets it when it ends', async () => {
  const agent = await started();
  await agent.step('everything', signal);
  agent.podStarts('b', '/run/netns/b');
  await agent.step('changes', signal);
  expect([agent.isAttached('b'), agent.awaitsAttachment('b')]).toEqual([false, true]);
  const announced = (eligible: boolean): NodeFacts => ({
    node: 'n1',
    addresses: [],
    slices: [slice],
    pods: [pod('a'), { ...pod('b'), eligible }],
  });
  facts = announced(false);
  await agent.step('changes', signal);
  expect([agent.isAttached('b'), agent.awaitsAttachment('b')]).toEqual([false, false]);
  facts = announced(true);
  await agent.step('changes', signal);
  expect(agent.isAttached('b')).toBe(true);
  agent.podEnds('b', '/run/netns/b');
  netns.delete('b');
  await agent.step('changes', signal);
  expect(agent.isAttached('b')).toBe(false);
});

it('lets a pod wait only for what may still come', async () => {
  const agent = await started();
  expect(agent.awaitsAttachment('a')).toBe(true);
  const excluded = { ...pod('out'), eligible: false };
  facts = { node: 'n1', addresses: ['192.0.2.1'], slices: [slice], pods: [pod('a'), pod('late'), excluded] };
  await agent.step('everything', signal);
  const waits = (): boolean[] => ['a', 'late', 'out', 'unheard-of'].map((uid) => agent.awaitsAttachment(uid));
  expect(waits()).toEqual([false, true, false, true]);
  facts = { ...facts, slices: [{ ...slice, blocks: [] }] };
  await agent.step('everything', signal);
  expect(waits()).toEqual([false, false, false, true]);
});

it('takes down a slice that is gone, and deletes its key', async () => {
  const agent = await started();
  await agent.step('everything', signal);
  facts = { node: 'n1', addresses: [], slices: [], pods: [pod('a')] };
  await agent.step('everything', signal);
  expect(machine.slices.size).toBe(0);
  await expect(readFile(`${directory}/keys/app.key`)).rejects.toThrow(/ENOENT/);
});

it('deletes the keys that an agent killed in between left, but not before it knows which slices the node has', async () => {
  await (await started()).step('everything', signal);
  const keys = `${directory}/keys`;
  const own = await readFile(`${keys}/app.key`, 'utf8');
  for (const name of ['old.key', '.old.key.new']) await writeFile(`${keys}/${name}`, own);
  const known = facts;
  facts = undefined;
  for (const copy of ['run', 'state']) await rm(`${directory}/${copy}`, { recursive: true });
  const agent = await started();
  await agent.step('everything', signal);
  expect(await readdir(keys)).toHaveLength(3);
  facts = known;
  await agent.step('changes', signal);
  expect(await readdir(keys)).toEqual(['app.key']);
  expect(await readFile(`${keys}/app.key`, 'utf8')).toBe(own);
});

it('asks for another step while a pod’s namespace is not there yet', async () => {
  netns.clear();
  const step = await (await started()).step('everything', signal);
  expect(step?.againMs).toBe(500);
});

it('asks for another step when a pod that is broken again and again is due, and not before', async () => {
  const clock = handClock();
  const agent = await started(new FakeKernel(machine, undefined, clock), clock);
  const waits: (number | undefined)[] = [];
  for (let times = 0; times < 5; times += 1) {
    waits.push((await agent.step('everything', signal))?.againMs);
    for (const { parts } of machine.slices.values()) parts.delete('pod a');
  }
  expect(waits).toEqual([undefined, undefined, 200, 200, 200]);
  expect(agent.isAttached('a')).toBe(false);
  clock.advance(200);
  expect((await agent.step('everything', signal))?.againMs).toBeUndefined();
  expect(agent.isAttached('a')).toBe(true);
});

it('calls a silent peer anew after 400 ms, if its own key is the smaller one', async () => {
  const peer = (publicKey: string): SliceFacts => ({
    ...slice,
    peers: [
      {
        cluster: 'west',
        node: 'n',
        publicKey,
        endpoints: [],
        blocks: ['10.0.1.0/24'],
        router: '10.0.1.1',
      },
    ],
  });
  facts = { node: 'n1', addresses: [], pods: [], slices: [peer('~')] };
  const clock = handClock();
  const agent = await started(new FakeKernel(machine), clock);
  expect((await agent.step('everything', signal))?.againMs).toBe(400);
  clock.advance(400);
  expect((await agent.step('changes', signal))?.plan.networks[0]?.peers[0]?.renewals).toBe(1);
  facts = { ...facts, slices: [peer('!')] };
  expect((await agent.step('changes', signal))?.againMs).toBeUndefined();
});

it('knows the slice of a namespace without making its facts anew, until slices change', async () => {
  const agent = await started();
  await agent.step('everything', signal);
  const before = factsMade;
  for (let index = 0; index < 100; index += 1) expect(agent.sliceOf('app-ns')).toBe('app');
  expect(agent.sliceOf('other-ns')).toBeUndefined();
  expect(factsMade).toBe(before);
  const [slice] = facts?.slices ?? [];
  facts = { ...facts!, slices: [{ ...slice!, namespaces: ['other-ns'] }] };
  slicesVersion += 1;
  expect([agent.sliceOf('other-ns'), agent.sliceOf('app-ns')]).toEqual(['app', undefined]);
  expect(factsMade).toBe(before + 1);
});
