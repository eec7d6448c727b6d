import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, eastOffers, endExample, endpoints, fleet, slice, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('B10: a changed grant is handed to the running session, which reads the board no second time', async () => {
  await eastOffers();
  const lists = (): number =>
    fleet.hub.requests.filter((request) => /^GET .*\/notices\?/.test(request) && !request.includes('watch=')).length;
  const before = lists();
  const seen = fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' });
  const namespaceIsolationProfile = { allowedNamespaces: ['app-ns', 'further-ns'] };
  fleet.hub.put(sliceKind, { ...slice, ...seen, spec: { ...slice.spec, namespaceIsolationProfile } });
  const namespaces = () => west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.namespaces;
  await vi.waitFor(() => expect(namespaces()).toEqual(['app-ns', 'further-ns']), wait);
  expect(endpoints(west).length).toBe(1);
  expect(lists()).toBe(before);
});
