import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accessPolicyKind, noticeKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { clusterLabel, nodeLabel, sliceLabel } from '../../src/api/labels.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { nodeLabelValue, type SliceNode } from '../../src/api/slicenode/type.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { nodeKind, podKind } from '../../src/kubernetes/kinds.ts';
import type { HeldFacts } from '../../src/plan/facts/lost-objects.ts';
import { PeerVerification } from '../../src/reconcile/node/identity/peer-verification.ts';
import { observeNode } from '../../src/reconcile/node/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { handClock } from '../../src/values/fixtures/hand-clock.ts';

/*
 * B13: when the definitions of Slice and SliceNode were removed together, their objects were deleted one by one, and every agent took that for the end of
 * all its slices.
 */

const wait = { timeout: 120_000 };
const sliceNode: SliceNode = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: {
    name: 'app.n1',
    namespace: memberNamespace,
    labels: { [sliceLabel]: 'app', [nodeLabel]: nodeLabelValue('n1'), [clusterLabel]: 'east' },
  },
  spec: { slice: 'app', sliceUID: 'uid-1', node: 'n1', sliceSubnet: '10.0.0.0/16', blocks: ['10.0.0.0/26'], driver: 'Auto' },
};
const slice = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'app', namespace: memberNamespace },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { applicationNamespaces: ['app-ns'] } },
};

let api: FakeApi;
let world: ReturnType<typeof observeNode>;
let ending: AbortController | undefined;
let running: Promise<unknown> | undefined;
const clock = handClock();
let held: HeldFacts | undefined;

const policy = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'AccessPolicy',
  metadata: { name: 'web', namespace: 'app-ns' },
  spec: { slice: 'app', from: [{ clusters: ['west'] }] },
};

/** What the agent acts on now, as in its steps. */
const slices = (): string[] => {
  held = world.facts(held) ?? held;
  if (held !== undefined) world.actsOn(held.facts);
  return (held?.facts.slices ?? []).map(({ name, blocks, namespaces }) => `${name} ${blocks.join()} ${namespaces.join()}`);
};
const removeBoth = async (): Promise<void> => {
  // One of the two definitions goes first.
  api.remove(sliceKind, { namespace: memberNamespace, name: 'app' });
  await vi.waitFor(() => expect(world.slices.list()).toEqual([]), wait);
  slices();
  api.remove(sliceNodeKind, { namespace: memberNamespace, name: 'app.n1' });
};
const isGone = (): Promise<void> => vi.waitFor(() => expect([world.sliceNodes.list(), world.slices.list()]).toEqual([[], []]), wait);

/** An agent that begins now, without what an earlier one knew. */
const observe = async (): Promise<void> => {
  await end();
  held = undefined;
  const lifetime = new AbortController();
  ending = lifetime;
  const verification = new PeerVerification({
    settings: { runDirectory: '/nonexistent', stateDirectory: '/nonexistent' },
    clock,
    log: quietLog,
    onReady: () => {},
  });
  world = observeNode(createClient(api.connection, { fieldManager: 'test' }), 'n1', verification, clock, quietLog, createMetrics());
  running = Promise.all(world.mirrors.map((mirror) => mirror.run(lifetime.signal)));
};
const end = async (): Promise<void> => {
  ending?.abort();
  await running;
};

beforeEach(async () => {
  api = await startFakeApi({ kinds: [accessPolicyKind, sliceKind, sliceNodeKind, slicePeerKind, noticeKind, podKind, nodeKind] });
  api.put(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  api.put(sliceKind, slice);
  api.put(sliceNodeKind, sliceNode);
  await observe();
  await vi.waitFor(() => expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']), wait);
});
afterEach(async () => {
  await end();
  await api.stop();
});

describe('B13: a node whose SliceNode and Slice are deleted', () => {
  it('goes on when their definitions were removed, for however long, and also when these are there again and empty', async () => {
    await removeBoth();
    const restore = [/\/slices(\?|\/|$)/, /\/slicenodes(\?|\/|$)/].map((path) => api.faults.add({ effect: { status: 404 }, path }));
    api.endWatches();
    await isGone();
    expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']);
    clock.advance(3_600_000);
    expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']);
    for (const undo of restore) undo();
    api.compact();
    clock.advance(3_600_000);
    expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']);
    api.put(sliceNodeKind, { ...sliceNode, spec: { ...sliceNode.spec, blocks: ['10.0.0.64/26'] } });
    await vi.waitFor(() => expect(slices()).toEqual(['app 10.0.0.64/26 app-ns']), wait);
  });

  it('takes the slice down when its end was stated', async () => {
    api.put(sliceNodeKind, { ...sliceNode, spec: { ...sliceNode.spec, ended: '2026-11-29T12:00:00Z' } });
    await removeBoth();
    await isGone();
    expect(slices()).toEqual([]);
  });

  it('does not take a mark of before for the end of what was made again', async () => {
    api.put(sliceNodeKind, { ...sliceNode, spec: { ...sliceNode.spec, ended: '2026-11-29T12:00:00Z' } });
    api.remove(sliceNodeKind, { namespace: memberNamespace, name: 'app.n1' });
    api.put(sliceNodeKind, sliceNode);
    await removeBoth();
    await isGone();
    expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']);
  });
});

describe('a node whose API server lacks the definition of AccessPolicy', () => {
  const policies = (): string[] | undefined => {
    slices();
    return held?.facts.slices[0]?.access?.policies.map(({ name }) => name);
  };
  const accessOf = (name: 'default' | 'cluster') => held?.facts.slices[0]?.access?.[name];

  it('works on without policies and with the default of the slice, and takes policies when the definition is there', async () => {
    api.put(accessPolicyKind, policy);
    await vi.waitFor(() => expect(policies()).toEqual(['app-ns/web']), wait);
    api.undefine(accessPolicyKind);
    await vi.waitFor(() => expect([policies(), world.accessPolicies.isServed()]).toEqual([undefined, false]), wait);
    // The rest goes on: another agent begins here, and this one follows what changes.
    api.put(sliceKind, { ...slice, spec: { ...slice.spec, access: { default: 'Deny' } } });
    await vi.waitFor(() => expect([policies(), accessOf('default')]).toEqual([[], 'Deny']), wait);
    api.define(accessPolicyKind);
    api.put(accessPolicyKind, policy);
    await vi.waitFor(() => expect([policies(), world.accessPolicies.isServed()]).toEqual([['app-ns/web'], true]), wait);
    expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']);
  });

  it('begins there, too', async () => {
    api.undefine(accessPolicyKind);
    await observe();
    await vi.waitFor(() => expect(slices()).toEqual(['app 10.0.0.0/26 app-ns']), wait);
    expect(world.accessPolicies.isServed()).toBe(false);
  });

  it('does not take one answer of a server that starts for a missing definition', async () => {
    api.put(accessPolicyKind, policy);
    await vi.waitFor(() => expect(policies()).toEqual(['app-ns/web']), wait);
    const path = /accesspolicies/;
    api.faults.add({ effect: { status: 404 }, path, times: 2 });
    api.endWatches();
    const lists = () => api.requests.filter((request) => path.test(request) && !request.includes('watch=true')).length;
    const before = lists();
    let lost = 0;
    world.accessPolicies.subscribe(({ type }) => (lost += type === 'deleted' ? 1 : 0));
    await vi.waitFor(() => expect(lists()).toBeGreaterThan(before), wait);
    expect([policies(), world.accessPolicies.isServed(), lost]).toEqual([['app-ns/web'], true, 0]);
  });
});
