import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { membershipKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, eastOffers, endExample, endpoints, fleet, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('B13: memberships that vanish from the hub, as by a restored copy, take nothing down', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
  await fleet.stopController();
  const memberships = fleet.hub.objects(membershipKind);
  for (const { metadata } of memberships) fleet.hub.remove(membershipKind, { namespace: 'default', name: metadata.name });
  const known = () => conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'KnownToHub');
  await vi.waitFor(() => expect(known()).toMatchObject({ status: 'False', reason: 'MembershipMissing' }), wait);
  await west.stop();
  west.start();
  await expect(vi.waitFor(() => expect(endpoints(west)).toEqual([]), 700)).rejects.toThrow();
  expect([west.api.objects(slicePeerKind).length, west.api.objects(sliceNodeKind).length]).toEqual([4, 2]);
  // Restored, they are what they were.
  for (const membership of memberships) fleet.hub.put(membershipKind, membership);
  await vi.waitFor(() => expect(known()).toMatchObject({ status: 'True' }), wait);
});
