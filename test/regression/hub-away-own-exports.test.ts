import { afterEach, beforeEach, expect, it } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { serviceExportKind, sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, inForce, runPod, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('an export tells its owner what it offers while the hub is away, also after a restart, and the others as soon as it is back', async () => {
  await eastOffers();
  await fleet.soon(() => expect(inForce('Export').length).toBe(1));
  // With its tunnels, west would learn it from east itself.
  const heal = fleet.cut('west');
  await fleet.hub.pause();
  await east.stop();
  east.start();
  runPod(east, 'b');
  const status = () => east.api.read(serviceExportKind, { namespace: 'app-ns', name: 'web' })?.status;
  await fleet.soon(() => expect(status()).toMatchObject({ exportStatus: 'READY', availableEndpoints: 2 }));
  await fleet.soon(() => expect(endpoints(east).length).toBe(2));
  const hub = () => conditionOf(east.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'HubReachable');
  fleet.clock.leap(11_000);
  await fleet.soon(() => expect(hub()).toMatchObject({ status: 'False', reason: 'HubAway' }));
  expect(endpoints(west).length).toBe(1);
  await fleet.hub.resume();
  heal();
  await fleet.soon(() => expect(endpoints(west).length).toBe(2));
  await fleet.soon(() => expect(hub()).toMatchObject({ status: 'True' }));
});
