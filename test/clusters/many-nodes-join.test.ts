import { afterEach, expect, it, vi } from 'vitest';
import { slicePeerKind } from '../../src/api/kinds.ts';
import { agentSpeaks, beginWithUnused, east, endExample, fleet, nodesOf, wait, west } from './example.ts';
import { putResident } from './member.ts';

afterEach(endExample);

const inSlice = (): number => nodesOf(east).filter(({ spec }) => spec.blocks.length > 0).length;
const peersOfWest = (): number => west.api.objects(slicePeerKind).filter(({ spec }) => spec.cluster === 'east').length;

/** East with so many nodes, of which only the first has a pod of the slice; the names of the others. */
const begin = async (count: number): Promise<readonly string[]> => {
  const [first = '', ...others] = Array.from({ length: count }, (_, index) => `many-${String(index).padStart(2, '0')}`);
  await beginWithUnused(others, [first, ...others]);
  await vi.waitFor(() => expect(nodesOf(east)).toHaveLength(count), wait);
  await vi.waitFor(() => expect(inSlice()).toBe(1), wait);
  for (const member of [east, west]) agentSpeaks(member);
  await vi.waitFor(() => expect(peersOfWest()).toBe(1), wait);
  return others;
};

it('sixty nodes that join at once are written once each on the hub, and mostly once in their cluster', async () => {
  const others = await begin(61);
  const [local, hub] = [east.api.requests.length, fleet.hub.requests.length];
  for (const node of others) putResident(east.api, node);
  await vi.waitFor(() => expect(inSlice()).toBe(61), wait);
  const written = (requests: readonly string[], path: RegExp) =>
    requests.filter((line) => !line.startsWith('GET') && path.test(line)).length;
  // Those that find no block at once leave their idleness first, and get a block when the hub has granted more.
  expect(written(east.api.requests.slice(local), /\/slicenodes\/app\.many/)).toBeLessThanOrEqual(120);
  agentSpeaks(east);
  await vi.waitFor(() => expect(peersOfWest()).toBe(61), wait);
  // Slot 0 has the report, slot 1 the cluster itself.
  expect(written(fleet.hub.requests.slice(hub), /\/notices(?!\/(east|west)\.[01]\b)/)).toBe(60);
});

it('a cluster doubles the nodes in a slice while the hub is away', async () => {
  const others = await begin(16);
  for (const node of others.slice(0, 4)) putResident(east.api, node);
  await vi.waitFor(() => expect(inSlice()).toBe(5), wait);
  agentSpeaks(east);
  await vi.waitFor(() => expect(peersOfWest()).toBe(5), wait);
  // The hub grants ahead; it is away from now on.
  await fleet.soon(() => expect(fleet.hub.requests.length).toBeGreaterThan(0), { stepMs: 1_000 });
  fleet.hub.faults.add({ effect: { status: 500 } });
  for (const node of others.slice(4, 9)) putResident(east.api, node);
  await vi.waitFor(() => expect(inSlice()).toBe(10), wait);
  agentSpeaks(east);
  await fleet.soon(() => expect(peersOfWest()).toBe(10), { stepMs: 500 });
});
