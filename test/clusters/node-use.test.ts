import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { slicePeerKind } from '../../src/api/kinds.ts';
import { isInSlice } from '../../src/api/slicenode/type.ts';
import { nodeKind } from '../../src/kubernetes/kinds.ts';
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
import { putResident } from './member.ts';

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
  await podComes();
  await fleet.soon(() => expect(peersOfWest()).toEqual(both), { stepMs: 500 });
});
