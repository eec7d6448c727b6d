import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serviceImportKind, sliceKind } from '../../src/api/kinds.ts';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, importedSlices, slice, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('B4b: what a cluster exports from a namespace that left the slice ends at once, though that cluster is cut off', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(west.api.objects(serviceImportKind).length).toBe(1), wait);
  await east.stop();
  const before = fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' });
  fleet.hub.put(sliceKind, {
    ...slice,
    ...before,
    spec: { ...slice.spec, namespaceIsolationProfile: { allowedNamespaces: ['other-ns'] } },
  });
  await vi.waitFor(() => expect(endpoints(west)).toEqual([]), wait);
  await vi.waitFor(() => expect([importedSlices(west), west.api.objects(serviceImportKind)]).toEqual([[], []]), wait);
});
