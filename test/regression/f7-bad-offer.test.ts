import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { serviceExportKind, sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { importedSliceName } from '../../src/plan/exports/imports.ts';
import {
  beginExample,
  east,
  eastOffers,
  endExample,
  endpoints,
  exported,
  inForce,
  offer,
  runPod,
  wait,
  west,
} from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

const verified = () =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'StatementsVerified');
const from = (cluster: string) => endpoints(west).filter((text) => text.startsWith(`${cluster} `));

describe('F7: an offer that the API server refuses', () => {
  it('holds up nobody but its cluster, and is told with its name', async () => {
    await eastOffers();
    const bad = importedSliceName('web', ['app', 'east'], '0');
    west.api.faults.add({ effect: { status: 422 }, method: 'PATCH', path: new RegExp(`/endpointslices/${bad}\\?`) });
    runPod(east, 'b');
    await vi.waitFor(
      () => expect(verified()).toMatchObject({ status: 'False', message: expect.stringContaining('"app-ns/web" of cluster "east"') }),
      wait,
    );
    runPod(west, 'c');
    offer(west);
    await vi.waitFor(() => expect(from('west')).toHaveLength(1), wait);
    runPod(west, 'd');
    await vi.waitFor(() => expect(from('west')).toHaveLength(2), wait);
    // What was good before stays.
    expect(from('east')).toHaveLength(1);

    west.api.faults.clear();
    runPod(east, 'e');
    await vi.waitFor(() => expect(from('east')).toHaveLength(3), wait);
    await vi.waitFor(() => expect(verified()).toMatchObject({ status: 'True' }), wait);
  });

  it('is not even published when everybody would refuse it', async () => {
    await eastOffers();
    const port = { protocol: 'TCP', containerPort: 80, name: 'web' };
    east.api.put(serviceExportKind, { ...exported, spec: { ...exported.spec, ports: [port, { ...port, containerPort: 81 }] } });
    const ready = () => conditionOf(east.api.read(serviceExportKind, { namespace: 'app-ns', name: 'web' })?.status?.conditions, 'Ready');
    await vi.waitFor(() => expect(ready()).toMatchObject({ status: 'False', reason: 'DuplicatePorts' }), wait);
    await vi.waitFor(() => expect(inForce('Export')).toEqual([]), wait);
    await vi.waitFor(() => expect(from('east')).toEqual([]), wait);
  });
});
