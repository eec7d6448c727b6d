import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { membershipKind, sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, eastOffers, endExample, fleet, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('F1: a namespace stays with the slice that had it, whatever the hub grants later', async () => {
  await eastOffers();
  await fleet.stopController();
  const own = fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === 'west');
  if (own === undefined) throw new Error('no membership');
  fleet.hub.put(membershipKind, {
    ...own,
    metadata: { name: 'aaa.west', namespace: 'default', labels: own.metadata.labels ?? {} },
    spec: { ...own.spec, slice: 'aaa', sliceUID: 'evil' },
  });
  const taken = (slice: string) => west.api.read(sliceKind, { namespace: memberNamespace, name: slice });
  await vi.waitFor(() => {
    expect(conditionOf(taken('aaa')?.status?.conditions, 'NamespacesAccepted')).toMatchObject({
      status: 'False',
      reason: 'NamespaceConflict',
    });
  }, wait);
  // Agents attach the pods of the namespaces that the slices of their own cluster list.
  expect(taken('aaa')?.spec.namespaceIsolationProfile?.applicationNamespaces).toEqual([]);
  expect(taken('app')?.spec.namespaceIsolationProfile?.applicationNamespaces).toEqual(['app-ns']);
});
