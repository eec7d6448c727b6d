import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../src/api/places.ts';
import { forgetCluster } from '../../src/cli/steps/forget-cluster.ts';
import { type AuthorityOrders, markOf } from '../../src/exchange/trust/authority-orders.ts';
import { offersIn, replacedIn } from '../../src/exchange/trust/pin-data.ts';
import { fingerprintOf } from '../../src/identity/fingerprint.ts';
import { readRoot } from '../../src/identity/root.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { configMapKind } from '../../src/kubernetes/kinds.ts';
import type { HeldFacts } from '../../src/plan/facts/lost-objects.ts';
import { PeerVerification } from '../../src/reconcile/node/identity/peer-verification.ts';
import { observeNode } from '../../src/reconcile/node/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, wait, west } from './example.ts';
import { agentOf, authorityIn, rotate } from './rotation.ts';

const at = new Date(0).toISOString();
const nodes = ['node-1', 'node-2'];
const trust = () => west.api.read(configMapKind, { namespace: memberNamespace, name: trustConfigMap })?.data ?? {};
const verified = () =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'StatementsVerified');
const peerObjects = () => west.api.objects(slicePeerKind).filter(({ spec }) => spec.cluster === 'east');
const markIn = (certificate: string) => markOf(readRoot(certificate, { cluster: 'east', project: 'default' }), at, 'ann');

/** What the command writes, and the restart of the worker. */
const order = async (orders: AuthorityOrders): Promise<void> => {
  const { signal } = new AbortController();
  const client = createClient(west.api.connection, { fieldManager: 'test' });
  await forgetCluster(client, 'east', { now: new Date(), orders }, signal);
  client.close();
};
const restartWorker = async (): Promise<void> => {
  await west.stop();
  west.start();
};

beforeEach(async () => {
  await beginExample();
  west.api.put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: forgottenConfigMap, namespace: memberNamespace } });
  await eastOffers();
});
afterEach(endExample);

it('a node drops the peers of a revoked authority also while it holds what was lost', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kubeslice-revoked-'));
  const ending = new AbortController();
  const files = { runDirectory: directory, stateDirectory: directory };
  const client = createClient(west.api.connection, { fieldManager: 'test' });
  const verification = new PeerVerification({ settings: files, clock: systemClock, log: quietLog, onReady: () => undefined });
  const world = observeNode(client, 'node-1', verification, systemClock, quietLog, createMetrics());
  const running = Promise.all(world.mirrors.map((mirror) => mirror.run(ending.signal)));
  let facts: HeldFacts | undefined;
  const peers = (): readonly string[] => {
    facts = world.facts(facts) ?? facts;
    return (facts?.facts.slices ?? []).flatMap((one) => one.peers.flatMap(({ cluster, node }) => (cluster === 'east' ? [node] : [])));
  };
  try {
    await vi.waitFor(() => expect(peers().toSorted()).toEqual(nodes), wait);
    await west.stop();
    for (const { metadata } of west.api.objects(sliceNodeKind)) west.api.remove(sliceNodeKind, metadata);
    await vi.waitFor(() => expect(world.sliceNodes.list()).toEqual([]), wait);
    expect(peers().toSorted()).toEqual(nodes);
    await order({ accepted: { none: true, at, by: 'ann' }, revoked: [markIn(authorityIn(east).certificate)] });
    await vi.waitFor(() => expect(peers()).toEqual([]), wait);
    expect(facts?.facts.slices).toHaveLength(1);
  } finally {
    ending.abort();
    await running;
    client.close();
    await rm(directory, { recursive: true, force: true });
  }
});

describe('a member whose administrator revoked the authority of another', () => {
  it('from before a rotation reads everything again, and uses what the present one signed', async () => {
    const agent = agentOf(west, 'app');
    await vi.waitFor(() => expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes), wait);
    const { certificate } = authorityIn(east);
    const second = await rotate(east, fleet.clock.now());
    await vi.waitFor(() => expect(trust().east).toBe(second), wait);
    expect(replacedIn(trust(), 'east')).toEqual([certificate]);
    await order({ accepted: markIn(second), revoked: [markIn(certificate)] });
    expect(agent.peersOf('east', fleet.clock.now())).toEqual([]);
    await restartWorker();
    await vi.waitFor(() => {
      expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes);
      expect(endpoints(west)).toEqual(endpoints(east));
    }, wait);
    expect([trust().east, agent.rootOf('east')]).toEqual([second, second]);
  });

  it('has no peer of it, whatever its worker does, until another one is accepted by its fingerprint', async () => {
    const agent = agentOf(west, 'app');
    await vi.waitFor(() => expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes), wait);
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(1), wait);
    const { certificate } = authorityIn(east);
    await order({ accepted: { none: true, at, by: 'ann' }, revoked: [markIn(certificate)] });
    // Before its worker knows: agents judge for themselves, also what a worker stores again.
    expect(agent.peersOf('east', fleet.clock.now())).toEqual([]);
    await restartWorker();
    await fleet.soon(() => expect(verified()?.message).toContain('which an administrator of this cluster revoked'));
    await fleet.soon(() => expect([peerObjects(), endpoints(west)]).toEqual([[], []]));
    expect([Object.hasOwn(trust(), 'east'), agent.peersOf('east', fleet.clock.now())]).toEqual([false, []]);

    // The other cluster answers with a rotation: what the revoked one signed counts for nothing.
    const second = await rotate(east, fleet.clock.now());
    await fleet.soon(() => expect(verified()?.message).toContain(`kubeslice trust accept east ${fingerprintOf(second)}`));
    expect(Object.hasOwn(trust(), 'east')).toBe(false);
    await fleet.soon(() => expect(offersIn(trust(), 'east').map(fingerprintOf)).toContain(fingerprintOf(second)));
    await order({ accepted: markIn(second), revoked: [markIn(certificate)] });
    await restartWorker();
    await vi.waitFor(() => {
      expect(agent.peersOf('east', fleet.clock.now())).toEqual(nodes);
      expect(endpoints(west)).toEqual(endpoints(east));
    }, wait);
    expect(trust().east).toBe(second);
  });
});
