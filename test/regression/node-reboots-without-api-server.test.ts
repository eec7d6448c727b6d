import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sliceNodeKind } from '../../src/api/kinds.ts';
import { nodeLabel } from '../../src/api/labels.ts';
import { nodeLabelValue, type SliceNode } from '../../src/api/slicenode/type.ts';
import { FakeKernel, FakeMachine } from '../../src/kernel/fake.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import type { HeldFacts } from '../../src/plan/facts/lost-objects.ts';
import { KeyBinding } from '../../src/reconcile/node/binding/key-binding.ts';
import { PodNetns } from '../../src/reconcile/node/cni/pod-netns.ts';
import { SliceSubnetsFile } from '../../src/reconcile/node/cni/slice-subnets-file.ts';
import { openNodeIdentity } from '../../src/reconcile/node/identity/node-identity.ts';
import { PeerVerification } from '../../src/reconcile/node/identity/peer-verification.ts';
import { NodeAgent } from '../../src/reconcile/node/node-agent.ts';
import { DiskSecrets } from '../../src/reconcile/node/stored/disk-secrets.ts';
import { SnapshotFile } from '../../src/reconcile/node/stored/snapshot-file.ts';
import { TunnelKeys } from '../../src/reconcile/node/tunnel-keys.ts';
import { observeNode } from '../../src/reconcile/node/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';
import { beginExample, endExample, everybodySpeaks, nodesOf, wait, west } from '../clusters/example.ts';

/*
 * A node that rebooted while its API server was away had another tunnel key and another identity, no certificate in its snapshot, and authorities that it
 * read only once the API server answered. So no tunnel under mutual TLS came back.
 */

const signal = new AbortController().signal;
let directory: string;
let ending: AbortController;
const running: Promise<unknown>[] = [];

beforeEach(async () => {
  await beginExample();
  directory = await mkdtemp(`${tmpdir()}/reboot-`);
  ending = new AbortController();
});
afterEach(async () => {
  ending.abort();
  await Promise.all(running.splice(0));
  await endExample();
  await rm(directory, { recursive: true });
});

const node = (): SliceNode => {
  const [first] = nodesOf(west);
  if (first === undefined) throw new Error('no node');
  return first;
};

/** The agent of the node, as `runNode` starts it, against an API server. */
const startAgent = async (connection: Parameters<typeof createClient>[0]) => {
  const name = node().spec.node;
  const settings = { node: name, runDirectory: `${directory}/run`, stateDirectory: `${directory}/state` };
  const client = createClient(connection, { fieldManager: 'kubeslice-agent' });
  const verification = new PeerVerification({ settings, clock: systemClock, log: quietLog, onReady: () => undefined });
  const world = observeNode(client, name, verification, systemClock, quietLog, createMetrics());
  running.push(Promise.all(world.mirrors.map((mirror) => mirror.run(ending.signal))));
  const snapshotFile = new SnapshotFile(settings, quietLog);
  const snapshot = await snapshotFile.load(name);
  const identity = await openNodeIdentity(settings, quietLog);
  const keys = new TunnelKeys(settings, quietLog);
  if (snapshot !== undefined && snapshot.facts.slices.length > 0) verification.start();

  const binding = await KeyBinding.open({
    node: name,
    isRequired: false,
    key: identity.key,
    directory: `${directory}/run/agent/peer-keys`,
    disk: new DiskSecrets(settings, { folder: 'peer-keys', lost: 'nothing' }, quietLog),
    rootsBefore: () => [],
    rootOf: (sliceUID, cluster) => verification.rootOf(sliceUID, cluster),
    linkOf: () => undefined,
    dial: () => {
      throw new Error('there is no tunnel in this test');
    },
    onChange: () => undefined,
    clock: systemClock,
    random: () => 1,
    log: quietLog,
  });
  const agent = new NodeAgent({
    binding,
    kernel: new FakeKernel(new FakeMachine()),
    slicesVersion: world.slicesVersion,
    facts: (before: HeldFacts | undefined) => world.facts(before),
    actsOn: world.actsOn,
    peersVersion: world.peersVersion,
    published: () => ({}),
    keys,
    snapshotFile,
    keepVerified: () => verification.save(),
    sliceSubnets: new SliceSubnetsFile(settings, quietLog),
    snapshot,
    podNetns: new PodNetns(systemClock),
    linkOf: () => undefined,
    mtu: async () => 1420,
    clock: systemClock,
    log: quietLog,
    metrics: createMetrics(),
  });
  return {
    identity,
    /** What the node can prove and whom it knows after one more step. */
    step: async () => {
      const step = await agent.step('everything', signal);
      await Promise.all([snapshotFile, verification, keys, identity].map((stored) => stored.settled()));
      const network = step?.plan.networks[0];
      return {
        tunnelKey: network?.publicKey,
        identityKey: identity.key.publicKey,
        certificateEnds: binding.certificateEnds(node().spec.slice),
        peers: network?.peers.map(({ name: peer, publicKey }) => `${peer} ${publicKey}`),
      };
    },
  };
};

it('a node that reboots while its API server is away proves who it is to the peers that it had', async () => {
  await everybodySpeaks();
  // A fake agent publishes the address of its router only in these tests; the label lets a real one find its object.
  for (const each of nodesOf(west))
    west.api.put(sliceNodeKind, {
      ...each,
      metadata: { ...each.metadata, labels: { ...each.metadata.labels, [nodeLabel]: nodeLabelValue(each.spec.node) } },
    });
  const first = await startAgent(west.api.connection);
  const { spec, status } = node();
  const proved = first.identity.provedFor({ sliceUID: spec.sliceUID, tunnelKey: status?.publicKey ?? '' });
  west.api.put(sliceNodeKind, { ...node(), status: { ...status, identity: proved } });
  let before: Awaited<ReturnType<typeof first.step>> | undefined;
  await vi.waitFor(async () => {
    before = await first.step();
    expect(before.certificateEnds).toBeGreaterThan(Date.now());
    expect(before.peers).toHaveLength(3);
  }, wait);
  ending.abort();
  await Promise.all(running.splice(0));
  ending = new AbortController();

  await rm(`${directory}/run`, { recursive: true });
  const second = await startAgent({ ...west.api.connection, server: 'http://127.0.0.1:9' });
  await vi.waitFor(async () => expect(await second.step()).toEqual(before), wait);
});
