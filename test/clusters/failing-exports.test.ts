import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clusterKind, serviceExportKind, sliceKind } from '../../src/api/kinds.ts';
import { readReport } from '../../src/exchange/notice/read-report.ts';
import { podKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, eastOffers, endExample, exported, fleet, inForce, notices, runPod, wait } from './example.ts';

beforeEach(beginExample);
afterEach(endExample);

const reported = () =>
  notices('Links')
    .filter(({ spec }) => spec.cluster === 'east')
    .flatMap((notice) => readReport(notice)?.failingExports ?? [])
    .map(({ name, reason }) => `${name} ${reason}`);
const strays = () =>
  fleet.hub
    .read(clusterKind, { namespace: 'default', name: 'east' })
    ?.status?.strayExports?.map(({ name, slice, reason }) => [name, slice, reason]);

it('an export whose pods are gone is reported to the hub once that lasts, and no longer when they are back', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(inForce('Export').length).toBe(1), wait);
  for (const { metadata } of east.api.objects(podKind)) east.api.remove(podKind, metadata);
  const status = () => east.api.read(serviceExportKind, { namespace: 'app-ns', name: 'web' })?.status?.conditions?.[0]?.reason;
  await vi.waitFor(() => expect(status()).toBe('NoMatchingPods'), wait);
  expect(reported()).toEqual([]);
  fleet.clock.leap(6_000);
  await vi.waitFor(() => expect(reported()).toEqual(['web NoMatchingPods']), wait);
  runPod(east, 'again');
  await vi.waitFor(() => expect(reported()).toEqual([]), wait);
});

it('an export without a slice is in the status of its cluster on the hub, as one is whose slice was deleted', async () => {
  await eastOffers();
  east.api.put(serviceExportKind, {
    ...exported,
    metadata: { ...exported.metadata, name: 'lonely', uid: 'lonely' },
    spec: { slice: 'ap' },
  });
  await vi.waitFor(() => expect(strays()).toEqual([['lonely', 'ap', 'SliceNotFound']]), wait);
  const message = fleet.hub.read(clusterKind, { namespace: 'default', name: 'east' })?.status?.strayExports?.[0]?.message;
  expect(message).toContain('Did you mean "app"?');
  fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
  await vi.waitFor(
    () =>
      expect(strays()).toEqual([
        ['lonely', 'ap', 'SliceNotFound'],
        ['web', 'app', 'SliceNotFound'],
      ]),
    wait,
  );
  east.api.remove(serviceExportKind, { namespace: 'app-ns', name: 'lonely' });
  await vi.waitFor(() => expect(strays()).toHaveLength(1), wait);
});
