import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noticeKind, sliceKind, slicePeerKind } from '../../src/api/kinds.ts';
import { beginExample, eastOffers, endExample, endpoints, fleet, slice, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('F3: a member that is removed is gone from the others, whatever it did to its notices', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
  for (const notice of fleet.hub.objects(noticeKind).filter(({ spec }) => spec.cluster === 'east'))
    fleet.hub.put(noticeKind, { ...notice, metadata: { ...notice.metadata, labels: {}, finalizers: ['example.com/never'] } });
  const before = fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' });
  fleet.hub.put(sliceKind, { ...slice, ...before, spec: { ...slice.spec, clusters: ['west'] } });
  await vi.waitFor(() => {
    expect(west.api.objects(slicePeerKind).map(({ spec }) => spec.cluster)).toEqual(['west', 'west']);
    expect(endpoints(west)).toEqual([]);
  }, wait);
});
