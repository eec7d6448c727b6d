import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, east, eastOffers, endExample, endpoints, everybodySpeaks, fleet, nodesOf, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('B13: a SliceNode that somebody deletes is made again with its blocks, and no other cluster loses the peer meanwhile', async () => {
  await everybodySpeaks();
  await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
  const [first] = nodesOf(east);
  if (first === undefined) throw new Error('no node');
  east.api.remove(sliceNodeKind, { namespace: memberNamespace, name: first.metadata.name });
  await vi.waitFor(() => {
    const again = nodesOf(east).find(({ metadata }) => metadata.name === first.metadata.name);
    expect(again?.metadata.uid).not.toBe(first.metadata.uid);
    expect(again?.spec.blocks).toEqual(first.spec.blocks);
  }, wait);
  await expect(vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).not.toBe(4), 700)).rejects.toThrow();
});

it('B13: SliceNodes that go with their definition end nothing in the other clusters, and come back as they were', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
  const [before, offered] = [nodesOf(east).map(({ spec }) => spec.blocks), endpoints(west)];
  const there = () => [west.api.objects(slicePeerKind).length, endpoints(west)];
  const paths = [/\/slices(\?|\/|$)/, /\/slicenodes(\?|\/|$)/];
  const restore = paths.map((path) => east.api.faults.add({ effect: { status: 404 }, path }));
  for (const { metadata } of nodesOf(east)) east.api.remove(sliceNodeKind, { namespace: memberNamespace, name: metadata.name });
  east.api.remove(sliceKind, { namespace: memberNamespace, name: 'app' });
  for (let seconds = 0; seconds < 120; seconds += 20) {
    fleet.clock.leap(20_000);
    await expect(vi.waitFor(() => expect(there()).not.toEqual([4, offered]), 200)).rejects.toThrow();
  }
  for (const undo of restore) undo();
  await fleet.soon(() => expect(nodesOf(east).map(({ spec }) => spec.blocks)).toEqual(before), { stepMs: 1_000 });
  expect(there()).toEqual([4, offered]);
});
