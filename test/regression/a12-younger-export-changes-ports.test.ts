import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { serviceExportKind, serviceImportKind } from '../../src/api/kinds.ts';
import { endpointSliceKind, serviceKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, eastOffers, endExample, endpoints, exported, fleet, offer, runPod, wait, west } from '../clusters/example.ts';
import type { Member } from '../clusters/fleet.ts';

beforeEach(beginExample);
afterEach(endExample);

const place = { namespace: 'app-ns', name: 'web' };
const exportConflict = (member: Member) => conditionOf(member.api.read(serviceExportKind, place)?.status?.conditions, 'Conflict');
const exportReady = (member: Member) => conditionOf(member.api.read(serviceExportKind, place)?.status?.conditions, 'Ready');
const importConflict = (member: Member) => conditionOf(member.api.read(serviceImportKind, place)?.status?.conditions, 'Conflict');
const from = (member: Member, cluster: string) => endpoints(member).filter((text) => text.startsWith(`${cluster} `));

/** West exports the name, too: by a Service whose port has another meaning. */
const westDiffers = async (): Promise<void> => {
  runPod(west, 'z');
  west.api.put(serviceKind, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: place,
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, appProtocol: 'grpc' }] },
  });
  west.api.put(serviceExportKind, exported);
  await vi.waitFor(() => expect(exportConflict(west)).toMatchObject({ status: 'True', reason: 'ExportConflict' }), wait);
  // Both know: one that learned of it only afterwards would have nothing to end.
  await vi.waitFor(() => expect(exportConflict(east)).toMatchObject({ status: 'True' }), wait);
};

describe('A12: a younger export of a name', () => {
  beforeEach(async () => {
    await eastOffers();
    const created = Date.parse(east.api.read(serviceExportKind, place)?.metadata.creationTimestamp ?? '');
    // Ages are told in seconds.
    await vi.waitFor(() => expect(Date.now() - created).toBeGreaterThan(1_000), wait);
  });

  it('that would change its ports is used with those of the older one, and both sides are told', async () => {
    await westDiffers();
    expect(exportConflict(west)?.message).toContain('Cluster east has the older export of this name');
    await vi.waitFor(() => expect(exportReady(west)).toMatchObject({ status: 'True' }), wait);
    expect(west.api.read(serviceExportKind, place)?.status?.conflicts).toEqual([{ cluster: 'east', property: 'Ports' }]);
    await vi.waitFor(
      () => expect(exportConflict(east)).toMatchObject({ status: 'True', message: expect.stringContaining('west (port') }),
      wait,
    );
    for (const member of fleet.members.values()) {
      await vi.waitFor(() => expect(importConflict(member)).toMatchObject({ status: 'True' }), wait);
      await vi.waitFor(() => expect([from(member, 'east').length, from(member, 'west').length]).toEqual([1, 1]), wait);
      // The application protocol of the younger export does not count.
      const ports = member.api.objects(endpointSliceKind).map((one) => one.ports?.map(({ appProtocol }) => appProtocol));
      expect(new Set(ports.flat())).toEqual(new Set([undefined]));
    }
  });

  it('conflicts no more as soon as it agrees, or the older one is gone', async () => {
    await westDiffers();
    offer(west);
    for (const member of [east, west]) await vi.waitFor(() => expect(exportConflict(member)).toMatchObject({ status: 'False' }), wait);
    await westDiffers();
    east.api.remove(serviceExportKind, place);
    await vi.waitFor(() => expect([from(east, 'west').length, from(west, 'west').length]).toEqual([1, 1]), wait);
    await vi.waitFor(() => expect(exportConflict(west)).toMatchObject({ status: 'False' }), wait);
  });
});
