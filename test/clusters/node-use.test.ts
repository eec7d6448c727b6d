import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { isInSlice } from '../../src/api/slicenode/type.ts';
import { nodeKind, podKind } from '../../src/kubernetes/kinds.ts';
import { idleAfterMs } from '../../src/plan/membership/nodes/node-use.ts';
import {
  agentSpeaks,
  beginWithUnused,
  dropResident,
  east,
  endExample,
  everybodySpeaks,
  fleet,
  inForce,
  nodesOf,
  notices,
  wait,
  west,
} from './example.ts';
import { type Member, putResident } from './member.ts';

beforeEach(() => beginWithUnused(['node-2']));
afterEach(endExample);

const second = () => nodesOf(east).find(({ spec }) => spec.node === 'node-2')?.spec;
const peersOfWest = (): string[] =>
  west.api
    .objects(slicePeerKind)
    .map(({ spec }) => `${spec.cluster}/${spec.node}`)
    .toSorted();
const [firstOnly, both] = [
  ['east/node-1', 'west/node-1', 'west/node-2'],
  ['east/node-1', 'east/node-2', 'west/node-1', 'west/node-2'],
];

/** East, of which only node-1 is in use. */
const begun = async (): Promise<void> => {
  await everybodySpeaks();
  await vi.waitFor(() => expect(peersOfWest()).toEqual(firstOnly), wait);
};
const podComes = async (): Promise<void> => {
  putResident(east.api, 'node-2');
  await vi.waitFor(() => expect(second()?.blocks).toHaveLength(1), wait);
  agentSpeaks(east);
};

it('a node without a pod of the slice is not in it, and joins with one notice when a pod is scheduled there', async () => {
  await begun();
  expect(second()).toMatchObject({ idle: true, blocks: [] });
  await podComes();
  expect(second()?.idle).toBeUndefined();
  await vi.waitFor(() => expect(peersOfWest()).toEqual(both), wait);
  expect(notices('Node').filter(({ spec }) => spec.cluster === 'east' && spec.subject === 'node-2')).toHaveLength(1);
});

it('a node leaves ten minutes after its last pod, by a tombstone first, and gets its block again', async () => {
  await begun();
  await podComes();
  await vi.waitFor(() => expect(peersOfWest()).toEqual(both), wait);
  const blocks = second()?.blocks;
  dropResident(east, 'node-2');
  fleet.clock.leap(idleAfterMs - 60_000);
  await expect(vi.waitFor(() => expect(second()?.idle).toBe(true), 500)).rejects.toThrow();
  // What cannot be published does not end the tunnel.
  const heal = fleet.hub.faults.add({ effect: { status: 500 }, method: 'PATCH', path: /\/notices/ });
  await fleet.soon(() => expect(second()?.idle).toBe(true), { stepMs: 5_000 });
  for (let seconds = 0; seconds < 20; seconds += 5) {
    fleet.clock.leap(5_000);
    await expect(vi.waitFor(() => expect(second()?.blocks).not.toEqual(blocks), 100)).rejects.toThrow();
  }
  heal();
  await fleet.soon(() => expect(peersOfWest()).toEqual(firstOnly));
  await fleet.soon(() => expect(second()).toMatchObject({ idle: true, blocks: [] }));
  agentSpeaks(east);
  await podComes();
  await fleet.soon(() => expect(peersOfWest()).toEqual(both));
  expect(second()?.blocks).toEqual(blocks);
});

it('a worker that starts while a node leaves lets it leave', async () => {
  await begun();
  await podComes();
  await vi.waitFor(() => expect(peersOfWest()).toEqual(both), wait);
  const blocks = second()?.blocks;
  dropResident(east, 'node-2');
  // What cannot be published does not end the tunnel.
  const heal = fleet.hub.faults.add({ effect: { status: 500 }, method: 'PATCH', path: /\/notices/ });
  await fleet.soon(() => expect(second()?.idle).toBe(true), { stepMs: 5_000 });
  await east.stop();
  east.start();
  await expect(vi.waitFor(() => expect(second()).not.toMatchObject({ idle: true, blocks }), 1_000)).rejects.toThrow();
  heal();
  await fleet.soon(() => expect(second()).toMatchObject({ idle: true, blocks: [] }));
  expect(peersOfWest()).toEqual(firstOnly);
});

it('a worker that starts gives a node without a pod ten minutes again, and keeps one with a pod that ends or waits', async () => {
  await begun();
  await podComes();
  dropResident(east, 'node-2');
  fleet.clock.leap(idleAfterMs - 60_000);
  await east.stop();
  east.start();
  fleet.clock.leap(120_000);
  await expect(vi.waitFor(() => expect(second()?.idle).toBe(true), 500)).rejects.toThrow();
  // Bound to the node, and its containers cannot start yet.
  east.api.put(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'waits', namespace: 'app-ns' },
    spec: { containers: [], nodeName: 'node-2' },
    status: { phase: 'Pending' },
  });
  await fleet.soon(() => expect(fleet.clock.monotonic()).toBeGreaterThan(3 * idleAfterMs), { stepMs: 60_000 });
  expect(second()?.idle).toBeUndefined();
});

it('the last node of a cluster stays, and another takes its place when it is off', async () => {
  await begun();
  dropResident(east, 'node-1');
  await fleet.soon(() => expect(fleet.clock.monotonic()).toBeGreaterThan(2 * idleAfterMs), { stepMs: 60_000 });
  const inSlice = () =>
    nodesOf(east)
      .filter(isInSlice)
      .map(({ spec }) => spec.node);
  await vi.waitFor(() => expect(inSlice()).toEqual(['node-1']), wait);
  const node = east.api.read(nodeKind, { name: 'node-1' });
  if (node === undefined) throw new Error('no node');
  east.api.put(nodeKind, { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'Unknown' }] } });
  await vi.waitFor(() => expect(inSlice()).toEqual(['node-1', 'node-2']), wait);
});

it('a pod that lands on a new node while the hub is away: the members learn the node from one another', async () => {
  await begun();
  await vi.waitFor(() => expect(inForce('Node')).toHaveLength(3), wait);
  fleet.hub.faults.add({ effect: { status: 500 } });
  fleet.hub.disconnect();
  // Then members are read from one another, and nothing of it waits for a time to pass.
  const until = fleet.clock.monotonic() + 4_000;
  await fleet.soon(() => expect(fleet.clock.monotonic()).toBeGreaterThan(until));
  await podComes();
  await fleet.soon(() => expect(peersOfWest()).toEqual(both), { stepMs: 20, withinMs: 1_000 });
});

/** The agents of a member report that they reach every peer. */
const linksUp = (member: Member): void => {
  const peers = Map.groupBy(member.api.objects(slicePeerKind), ({ spec }) => spec.cluster);
  for (const node of nodesOf(member)) {
    if (node.status?.publicKey === undefined) continue;
    const links = [...peers].map(([cluster, { length }]) => [
      cluster,
      { rest: 'Up', up: length - (cluster === member.name ? 1 : 0), down: 0, worstRttMs: fleet.clock.monotonic() % 1_000 },
    ]);
    const observedAt = new Date(fleet.clock.now()).toISOString();
    member.api.put(sliceNodeKind, {
      ...node,
      status: { ...node.status, links: { observedAt, clusters: Object.fromEntries(links) } },
    });
  }
};
/** What was written on the hub's board while agents reported for so long: by which cluster a report, and when, and about which nodes. */
const passes = async (ms: number, stepMs: number): Promise<{ reports: [cluster: string, at: number][]; nodes: string[] }> => {
  const until = fleet.clock.monotonic() + ms;
  const reports: [string, number][] = [];
  const nodes: string[] = [];
  let seen = fleet.hub.requests.length;
  await fleet.soon(
    () => {
      for (const line of fleet.hub.requests.slice(seen)) {
        const [, method, slot = ''] = /^(POST|PATCH|PUT|DELETE) .*\/notices\/?([^?]*)/.exec(line) ?? [];
        if (slot.endsWith('.0')) reports.push([slot.slice(0, -2), fleet.clock.monotonic()]);
        else if (method !== undefined) nodes.push(`${method} ${slot}`);
      }
      seen = fleet.hub.requests.length;
      for (const member of [east, west]) {
        agentSpeaks(member);
        linksUp(member);
      }
      expect(fleet.clock.monotonic()).toBeGreaterThan(until);
    },
    { stepMs },
  );
  return { reports, nodes };
};

it('a node that comes and goes costs the hub one write each way, and no report beside those of each minute', async () => {
  await begun();
  const quiet = await passes(140_000, 2_000);
  putResident(east.api, 'node-2');
  const joining = await passes(70_000, 2_000);
  expect(peersOfWest()).toEqual(both);
  dropResident(east, 'node-2');
  const stays = await passes(idleAfterMs - 60_000, 20_000);
  const leaving = await passes(130_000, 2_000);
  expect(peersOfWest()).toEqual(firstOnly);
  expect([joining, stays, leaving].map(({ nodes }) => nodes)).toEqual([['POST '], [], ['PATCH east.3']]);
  const reports = [quiet, joining, stays, leaving].flatMap((each) => each.reports);
  for (const cluster of ['east', 'west']) {
    const times = reports.flatMap(([author, at]) => (author === cluster ? [at] : []));
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    // The first ones say that the slice comes up.
    expect(Math.min(...gaps.slice(2))).toBeGreaterThan(59_000);
  }
});
