import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noticeKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { nodeLabel } from '../../src/api/labels.ts';
import { forgottenConfigMap, memberNamespace } from '../../src/api/places.ts';
import { nodeLabelValue } from '../../src/api/slicenode/type.ts';
import type { SlicePeer } from '../../src/api/slicepeer/type.ts';
import { FakeKernel, FakeMachine } from '../../src/kernel/fake.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { configMapKind } from '../../src/kubernetes/kinds.ts';
import type { HeldFacts } from '../../src/plan/facts/lost-objects.ts';
import { PodNetns } from '../../src/reconcile/node/cni/pod-netns.ts';
import { SliceSubnetsFile } from '../../src/reconcile/node/cni/slice-subnets-file.ts';
import { PeerVerification } from '../../src/reconcile/node/identity/peer-verification.ts';
import { NodeAgent } from '../../src/reconcile/node/node-agent.ts';
import { SnapshotFile } from '../../src/reconcile/node/stored/snapshot-file.ts';
import { TunnelKeys } from '../../src/reconcile/node/tunnel-keys.ts';
import { observeNode } from '../../src/reconcile/node/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';
import { beginExample, endExample, everybodySpeaks, nodesOf, wait, west } from '../clusters/example.ts';

/*
 * A4, A5: agents believed every SlicePeer, so a worker that was taken over gave any machine a tunnel into every node, and sent the traffic of any node to
 * it. Now they verify the statement in it against the authorities that they pinned themselves.
 */

const signal = new AbortController().signal;
const attacker = Buffer.alloc(32, 250).toString('base64');
let directory: string;
let ending: AbortController;
let running: Promise<unknown>;

beforeEach(async () => {
  await beginExample();
  directory = await mkdtemp(`${tmpdir()}/verified-`);
  ending = new AbortController();
});
afterEach(async () => {
  ending.abort();
  await running;
  await endExample();
  await rm(directory, { recursive: true, maxRetries: 10, retryDelay: 20 });
});

/** The agent of a node of west, with a kernel that only notes what it should have. */
const startAgent = async () => {
  const node = nodesOf(west)[0]?.spec.node ?? '';
  const files = { runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` };
  const machine = new FakeMachine();
  const client = createClient(west.api.connection, { fieldManager: 'kubeslice-agent' });
  const verification = new PeerVerification({ settings: files, clock: systemClock, log: quietLog, onReady: () => {} });
  const world = observeNode(client, node, verification, systemClock, quietLog, createMetrics());
  running = Promise.all(world.mirrors.map((mirror) => mirror.run(ending.signal)));
  const snapshotFile = new SnapshotFile(files, quietLog);
  const agent = new NodeAgent({
    kernel: new FakeKernel(machine),
    slicesVersion: world.slicesVersion,
    facts: (before: HeldFacts | undefined) => world.facts(before),
    actsOn: world.actsOn,
    peersVersion: world.peersVersion,
    published: () => ({}),
    keys: new TunnelKeys({ node: 'n1', runDirectory: directory, stateDirectory: `${directory}/state` }, quietLog),
    snapshotFile,
    keepVerified: () => verification.save(),
    sliceSubnets: new SliceSubnetsFile(files, quietLog),
    snapshot: await snapshotFile.load(node),
    podNetns: new PodNetns(systemClock),
    linkOf: () => undefined,
    mtu: async () => 1420,
    clock: systemClock,
    log: quietLog,
    metrics: createMetrics(),
  });
  return {
    /** Key and allowed addresses of each peer in the tunnel. */
    tunnel: async (): Promise<string[]> => {
      const step = await agent.step('everything', signal);
      await snapshotFile.settled();
      await verification.settled();
      return (step?.plan.networks[0]?.peers ?? []).map(({ name, publicKey, allowedIPs }) => `${name} ${publicKey} ${allowedIPs.join()}`);
    },
    follows: (name: string): boolean => world.slicePeers.get(`${memberNamespace}/${name}`) !== undefined,
    seen: (name: string) => world.slicePeers.get(`${memberNamespace}/${name}`),
  };
};

const peers = (): readonly SlicePeer[] => west.api.objects(slicePeerKind);
/** Ends the worker, so that it does not put right what the attacker writes with its account. */
const takeOver = async (): Promise<SlicePeer> => {
  await vi.waitFor(() => expect(peers().filter(({ spec }) => spec.statement !== undefined)).toHaveLength(4), wait);
  await west.stop();
  const peer = peers().find(({ spec }) => spec.cluster === 'east');
  if (peer === undefined) throw new Error('no peer');
  return peer;
};

it('a worker that was taken over gives nobody a tunnel and changes none', async () => {
  await everybodySpeaks();
  // A fake agent publishes the address of its router only in these tests; the label lets a real one find its object.
  for (const node of nodesOf(west))
    west.api.put(sliceNodeKind, {
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, [nodeLabel]: nodeLabelValue(node.spec.node) } },
    });
  const peer = await takeOver();
  const agent = await startAgent();
  let honest: string[] = [];
  await vi.waitFor(async () => {
    honest = await agent.tunnel();
    expect(honest).toHaveLength(3);
  }, wait);

  const { statement: _, signature: __, ...bare } = peer.spec;
  const invented = (name: string, spec: SlicePeer['spec']): SlicePeer => ({
    ...peer,
    metadata: { name, namespace: memberNamespace },
    spec,
  });
  const block = (peer.spec.blocks[0] ?? '').replace(/\.\d+\/\d+$/, '.192/26');
  const attempts = [
    invented('app.east.evil', { ...bare, node: 'evil', publicKey: attacker, blocks: [block], router: block.replace('192/26', '193') }),
    invented('app.evil.n', { ...bare, cluster: 'evil', node: 'n', publicKey: attacker, blocks: ['10.0.200.0/26'], router: '10.0.200.1' }),
    invented('app.east.moved', { ...peer.spec, node: 'evil', publicKey: attacker }),
    // In place of the honest object: without the statement, and with another content beside it.
    { ...peer, spec: { ...bare, publicKey: attacker } },
    { ...peer, spec: { ...peer.spec, publicKey: attacker, endpoints: [{ address: '203.0.113.66', port: 51_820 }] } },
    { ...peer, spec: { ...peer.spec, statement: (peer.spec.statement ?? '').replace(peer.spec.publicKey, attacker) } },
  ];
  for (const attempt of attempts) {
    const written = west.api.put(slicePeerKind, attempt);
    await vi.waitFor(
      () => expect(agent.seen(attempt.metadata.name)?.metadata.resourceVersion).toBe(written.metadata.resourceVersion),
      wait,
    );
    const tunnel = await agent.tunnel();
    expect(tunnel.filter((line) => !honest.includes(line))).toEqual([]);
    expect(tunnel.join()).not.toContain(attacker);
  }
  // The twin: what the honest cluster stated works.
  west.api.put(slicePeerKind, peer);
  await vi.waitFor(async () => expect(await agent.tunnel()).toEqual(honest), wait);
  expect(west.api.objects(noticeKind).length).toBeGreaterThan(0);
  expect(west.api.read(configMapKind, { namespace: memberNamespace, name: forgottenConfigMap })).toBeUndefined();
});
