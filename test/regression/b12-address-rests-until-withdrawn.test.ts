import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sliceNodeKind } from '../../src/api/kinds.ts';
import { podKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, eastOffers, endExample, fleet, nodesOf, wait } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

const node = () => {
  const [first] = nodesOf(east);
  if (first === undefined) throw new Error('no node');
  return first;
};
/** What an agent publishes when its pods change. */
const podsChange = (pods: NonNullable<ReturnType<typeof node>['status']>['pods'], podsRevision: number): void =>
  void east.api.put(sliceNodeKind, { ...node(), status: { ...node().status, pods, podsRevision } });

it('B12: a node is told that an address is withdrawn when the hub has it, and not before', async () => {
  await eastOffers();
  podsChange(node().status?.pods ?? {}, 1);
  await vi.waitFor(() => expect(node().spec.withdrawnThrough).toBe(1), wait);
  await fleet.hub.pause();
  for (const pod of east.api.objects(podKind)) east.api.remove(podKind, { namespace: 'app-ns', name: pod.metadata.name });
  podsChange({}, 2);
  fleet.clock.leap(10_000);
  await expect(vi.waitFor(() => expect(node().spec.withdrawnThrough).toBe(2), 700)).rejects.toThrow();
  await fleet.hub.resume();
  fleet.clock.leap(10_000);
  await vi.waitFor(() => expect(node().spec.withdrawnThrough).toBe(2), wait);
});
