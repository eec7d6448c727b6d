import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { serviceExportKind, sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, inForce, runPod, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('an export tells its owner what it offers while the hub is away, also after a restart, and the others as soon as it is back', {
  timeout: 90_000,
}, async () => {
  await eastOffers();
  await vi.waitFor(() => expect(inForce('Export').length).toBe(1), wait);
  // With its tunnels, west would learn it from east itself.
  const heal = fleet.cut('west');
  await fleet.hub.pause();
  await east.stop();
  east.start();
  runPod(east, 'b');
  const status = () => east.api.read(serviceExportKind, { namespace: 'app-ns', name: 'web' })?.status;
  await vi.waitFor(() => expect(status()).toMatchObject({ exportStatus: 'READY', availableEndpoints: 2 }), wait);
  await vi.waitFor(() => expect(endpoints(east).length).toBe(2), wait);
  const hub = () => conditionOf(east.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'HubReachable');
  fleet.clock.leap(11_000);
  await vi.waitFor(() => expect(hub()).toMatchObject({ status: 'False', reason: 'HubAway' }), wait);
  expect(endpoints(west).length).toBe(1);
  await fleet.hub.resume();
  heal();
  await vi.waitFor(() => expect(endpoints(west).length).toBe(2), wait);
  await vi.waitFor(() => expect(hub()).toMatchObject({ status: 'True' }), wait);
});
