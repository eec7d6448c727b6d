import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportEndpoint } from '../../api/notice/statement.ts';
import { importedEndpointSlices, importedSliceName, type Offer, planImport } from './imports.ts';

const endpoint = (index: number, ready = true): ExportEndpoint => ({
  pod: `p${index}`,
  address: `10.0.${index >> 8}.${index & 255}`,
  node: 'n1',
  ready,
});
const offer = (cluster: string, endpoints: ExportEndpoint[]): Offer => ({
  cluster,
  serial: 7,
  issuedAt: '2026-01-01T00:00:00Z',
  body: { namespace: 'app-ns', name: 'web', ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }], aliases: [], endpoints },
});
const importOf = (offers: readonly Offer[], withheld: ReadonlySet<string> = new Set()) =>
  planImport({ slice: 'app', namespace: 'app-ns', name: 'web', offers, seen: undefined, withheld }, 0);

describe('an import', () => {
  it('has an EndpointSlice for each cluster, with the container port and the readiness that was stated', () => {
    const [slice] = importedEndpointSlices('app', offer('east', [endpoint(1), endpoint(2, false)]), true);
    expect(slice?.metadata.labels).toMatchObject({
      'multicluster.kubernetes.io/service-name': 'web',
      'multicluster.kubernetes.io/source-cluster': 'east',
    });
    expect(slice?.ports).toEqual([{ name: '', protocol: 'TCP', port: 8080 }]);
    expect(slice?.endpoints?.map((one) => [one.addresses[0], one.conditions?.ready])).toEqual([
      ['10.0.0.1', true],
      ['10.0.0.2', false],
    ]);
  });

  it('is cut so that no EndpointSlice is larger than the API server takes, and loses none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2500 }), (count) => {
        const slices = importedEndpointSlices(
          'app',
          offer(
            'east',
            Array.from({ length: count }, (_, index) => endpoint(index)),
          ),
          true,
        );
        expect(slices.every((slice) => (slice.endpoints?.length ?? 0) <= 1000)).toBe(true);
        expect(slices.reduce((sum, slice) => sum + (slice.endpoints?.length ?? 0), 0)).toBe(count);
        expect(new Set(slices.map((slice) => slice.metadata.name)).size).toBe(slices.length);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps names apart where joining them would not', () => {
    expect(importedSliceName('web', ['a-b', 'c'])).not.toBe(importedSliceName('web', ['a', 'b-c']));
    expect(importedSliceName('web', ['a', 'c', 'ns-1'])).not.toBe(importedSliceName('web', ['a', 'c', 'ns-2']));
  });

  it('counts ready endpoints over clusters and says where they are', () => {
    const { status } = importOf([offer('west', [endpoint(3)]), offer('east', [endpoint(1), endpoint(2, false)])]);
    expect(status).toMatchObject({ importStatus: 'READY', availableEndpoints: 2, exposedPorts: '8080/TCP' });
    expect(status.conditions?.[0]?.message).toBe('Ready endpoints by cluster: east 1, west 1.');
    expect(status.endpoints?.map((one) => one.clusterId)).toEqual(['east', 'west']);
  });

  it('does not count endpoints on nodes that this cluster does not reach, and says where they are', () => {
    const offers = [offer('west', [endpoint(3)]), offer('east', [endpoint(1), endpoint(2)])];
    const east = new Set(['app/east/n1']);
    const half = importOf(offers, east).status;
    expect(half).toMatchObject({ importStatus: 'READY', availableEndpoints: 1 });
    expect(half.conditions?.[0]?.message).toBe(
      'Ready and reached endpoints by cluster: west 1. Not reached from here and withheld: east 2.',
    );
    const none = importOf(offers.slice(1), east).status;
    expect(none).toMatchObject({ importStatus: 'PENDING', availableEndpoints: 0, endpoints: [] });
    expect(none.conditions?.[0]).toMatchObject({ status: 'False', reason: 'LinkDown', message: expect.stringContaining('east 2') });
  });

  it('is pending, with the reason, while nothing is ready', () => {
    const { status } = importOf([offer('east', [endpoint(1, false)])]);
    expect(status).toMatchObject({ importStatus: 'PENDING', availableEndpoints: 0 });
    expect(status.conditions?.[0]).toMatchObject({
      reason: 'EndpointsNotReady',
      message: '0 ready endpoints of 1 in 1 clusters; see the ServiceExport in east.',
    });
  });
});
