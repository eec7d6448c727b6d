import { describe, expect, it } from 'vitest';
import { type Condition, conditionOf } from '../../api/condition.ts';
import { serviceImportDefinition } from '../../api/serviceimport/definition.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { Offer } from '../../exchange/judgement/offer.ts';
import { endpoint, offer } from '../fixtures/worker.ts';
import { type ImportSnapshot, importedEndpointSlices, importedSliceName, planImport } from './imports.ts';
import { offersOfName } from './offer-conflict.ts';

const importOf = (
  offers: readonly Offer[],
  withheld: ReadonlySet<string> = new Set(),
  { address, seen }: Partial<Pick<ImportSnapshot, 'address' | 'seen'>> = {},
) => planImport({ slice: 'app', namespace: 'app-ns', name: 'web', offers: offersOfName(offers, () => 0), seen, withheld, address }, 0);

const ready = (status: { readonly conditions?: readonly Condition[] | undefined }) => conditionOf(status.conditions, 'Ready');

describe('an import', () => {
  it('has an EndpointSlice for each cluster, with the container port and the readiness that was stated', () => {
    const [slice] = importedEndpointSlices('app', offer('east', [endpoint(1), endpoint(2, false)]), true, undefined);
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

  it('has an EndpointSlice for each part of an offer, under a name that stays', () => {
    const base = offer('east', [endpoint(1)]);
    const parts = [...base.parts, { shard: 3, serial: 9, endpoints: [endpoint(2)] }];
    const slices = importedEndpointSlices('app', { ...base, parts }, true, undefined);
    expect(slices.map(({ metadata }) => [metadata.name, metadata.annotations?.['kubeslice.io/serial']])).toEqual([
      [expect.stringMatching(/^web-[0-9a-f]{8}$/), '7'],
      [expect.stringMatching(/^web-[0-9a-f]{8}-3$/), '9'],
    ]);
  });

  it('has an EndpointSlice of its own for endpoints with other target ports, and says which pods are going', () => {
    const other = { ...endpoint(2), targetPorts: [9090] };
    const going = { ...endpoint(3), terminating: true as const };
    const slices = importedEndpointSlices('app', offer('east', [endpoint(1), other, going]), true, undefined);
    expect(slices.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints?.map(({ conditions }) => conditions)])).toEqual([
      [8080, [{ ready: true }, { ready: false, serving: true, terminating: true }]],
      [9090, [{ ready: true }]],
    ]);
    expect(new Set(slices.map(({ metadata }) => metadata.name)).size).toBe(2);
  });

  it('has the ports and endpoints of all offers, and says in what they differ', () => {
    const more = offer('west', [endpoint(2)], { ports: [{ name: 'admin', protocol: 'TCP', port: 9000, targetPort: 9000 }] });
    const differing = offer('north', [endpoint(3)], { type: 'Headless', created: '2026-01-02T00:00:00Z' });
    const { desired, status } = importOf([offer('east', [endpoint(1)]), more, differing]);
    expect(desired.spec.ports.map(({ servicePort }) => servicePort)).toEqual([80, 9000]);
    expect(status).toMatchObject({ type: 'ClusterSetIP', availableEndpoints: 3, clusters: ['east', 'north', 'west'] });
    expect(status.conditions?.find(({ type }) => type === 'Conflict')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('north has type Headless and not ClusterSetIP as in east'),
    });
  });

  it('has one port without a name in its EndpointSlices as in the ServiceImport', () => {
    const ports = [
      { protocol: 'TCP' as const, port: 80, targetPort: 8080 },
      { name: 'admin', protocol: 'TCP' as const, port: 81, targetPort: 81 },
    ];
    const [slice] = importedEndpointSlices('app', offer('east', [endpoint(1)], { ports }), true, undefined);
    expect(slice?.ports?.map(({ name }) => name)).toEqual(['', 'admin']);
  });

  it('is listed by kubectl with the ports that clients call, and the ports of the pods only when asked for more', () => {
    const { status } = importOf([offer('east', [endpoint(1)], { ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }] })], new Set(), {
      address: { ip: '10.0.240.9' },
    });
    const shown = (priority?: 1): unknown[] =>
      serviceImportDefinition.columns
        .filter((column) => column.priority === priority && column.jsonPath.startsWith('.status.'))
        .map(({ jsonPath }) => status[jsonPath.slice('.status.'.length) as keyof typeof status]);
    expect(shown()).toEqual([['10.0.240.9'], '80/TCP', 1, 'READY']);
    expect(shown(1)).toEqual(['8080/TCP']);
  });

  it('says how many endpoints the exporters leave out, and where, and nothing while there are none', () => {
    const { status } = importOf([offer('east', [endpoint(1)], { omitted: 12 }), offer('west', [endpoint(2)])]);
    expect(conditionOf(status.conditions, 'EndpointsOmitted')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('east 12'),
    });
    expect(conditionOf(importOf([offer('east', [endpoint(1)])]).status.conditions, 'EndpointsOmitted')).toBeUndefined();
  });

  it('tells names and nodes the address, the ports that clients call, and session affinity', () => {
    const ports = [
      { name: 'http', protocol: 'TCP' as const, port: 80, targetPort: 8080 },
      { name: 'dns', protocol: 'UDP' as const, port: 53, targetPort: 5353 },
    ];
    const annotations = (changes: Parameters<typeof offer>[2], address?: string) =>
      importedEndpointSlices('app', offer('east', [endpoint(1)], { ports, ...changes }), true, address)[0]?.metadata.annotations;
    expect(annotations({ sessionAffinity: 'ClientIP' }, '10.0.240.9')).toEqual({
      'kubeslice.io/serial': '7',
      'kubeslice.io/service-address': '10.0.240.9',
      'kubeslice.io/service-ports': '80,53',
      'kubeslice.io/session-affinity': 'ClientIP',
    });
    expect(annotations({ sessionAffinity: 'ClientIP', affinitySeconds: 60 })).toMatchObject({
      'kubeslice.io/session-affinity-seconds': '60',
    });
    const policies = { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferSameNode' };
    expect(annotations(policies)).toMatchObject({
      'kubeslice.io/internal-traffic-policy': 'Local',
      'kubeslice.io/traffic-distribution': 'PreferSameNode',
    });
    expect(Object.keys(annotations({ ...policies, type: 'Headless' }) ?? {}).filter((key) => key.includes('traffic'))).toEqual([]);
    expect(annotations({ affinitySeconds: 60 })).not.toHaveProperty('kubeslice.io/session-affinity-seconds');
    expect(annotations({})).toEqual({ 'kubeslice.io/serial': '7', 'kubeslice.io/service-ports': '80,53' });
  });

  it('shows the traffic policies of the oldest export, and none of a headless one', () => {
    const policies = { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferSameNode' };
    const newer = offer('east', [endpoint(1)], { created: '2026-02-01T00:00:00Z', trafficDistribution: 'PreferClose' });
    expect(importOf([newer, offer('west', [], policies)]).status).toMatchObject(policies);
    const shown = importOf([offer('east', [endpoint(1)], { ...policies, type: 'Headless' })]).status;
    expect([shown.internalTrafficPolicy, shown.trafficDistribution]).toEqual([undefined, undefined]);
  });

  it('says that a client gets endpoints on its own node only, where the service has an address', () => {
    const message = (policy: string, address?: ImportSnapshot['address']) =>
      ready(importOf([offer('east', [endpoint(1)], { internalTrafficPolicy: policy })], new Set(), { address }).status)?.message;
    const ip = { ip: '10.0.240.9' };
    expect(message('Local', ip)).toMatch(/^Ready endpoints by cluster: east 1\. A client gets those on its own node only, .* Local\)\.$/);
    const plain = 'Ready endpoints by cluster: east 1.';
    expect([message('Local'), message('Local', { range: 'r', size: 1 }), message('Rack', ip)]).toEqual([plain, plain, plain]);
  });

  it('shows its address, and what to do when none is free', () => {
    const offers = [offer('east', [endpoint(1)])];
    const noAddress = (status: ReturnType<typeof importOf>['status']) => conditionOf(status.conditions, 'NoServiceAddress');
    const fine = importOf(offers, new Set(), { address: { ip: '10.0.240.9' } }).status;
    expect([fine.ips, noAddress(fine)]).toEqual([['10.0.240.9'], undefined]);
    const { desired, status } = importOf(offers, new Set(), { address: { range: '10.0.240.0/20', size: 4094 } });
    expect(status.ips).toBeUndefined();
    expect(noAddress(status)).toMatchObject({ status: 'True', reason: 'ServiceRangeFull' });
    expect(noAddress(status)?.message).toMatch(/^All 4094 addresses of the service range 10\.0\.240\.0\/20 are in use .* create a slice/);
    const seen = { ...desired, status } as ServiceImport;
    expect(noAddress(importOf(offers, new Set(), { address: { ip: '10.0.240.9' }, seen }).status)).toMatchObject({ status: 'False' });
  });

  it('keeps names apart where joining them would not', () => {
    expect(importedSliceName('web', ['a-b', 'c'], '0')).not.toBe(importedSliceName('web', ['a', 'b-c'], '0'));
    expect(importedSliceName('web', ['a', 'c', 'ns-1'], '0')).not.toBe(importedSliceName('web', ['a', 'c', 'ns-2'], '0'));
  });

  it('counts ready endpoints over clusters and says where they are', () => {
    const { status } = importOf([offer('west', [endpoint(3)]), offer('east', [endpoint(1), endpoint(2, false)])]);
    expect(status).toMatchObject({ importStatus: 'READY', availableEndpoints: 2, servicePorts: '80/TCP', exposedPorts: '8080/TCP' });
    expect(ready(status)?.message).toBe('Ready endpoints by cluster: east 1, west 1.');
    expect(status.endpoints?.map((one) => one.clusterId)).toEqual(['east', 'west']);
  });

  it('does not count endpoints on nodes that this cluster does not reach, and says where they are', () => {
    const offers = [offer('west', [endpoint(3)]), offer('east', [endpoint(1), endpoint(2)])];
    const east = new Set(['app/east/n1']);
    const half = importOf(offers, east).status;
    expect(half).toMatchObject({ importStatus: 'READY', availableEndpoints: 1 });
    expect(ready(half)?.message).toBe(
      'Ready and reachable endpoints by cluster: west 1. Not reachable from this cluster and withheld: east 2.',
    );
    const none = importOf(offers.slice(1), east).status;
    expect(none).toMatchObject({ importStatus: 'PENDING', availableEndpoints: 0, endpoints: [] });
    expect(ready(none)).toMatchObject({ status: 'False', reason: 'LinkDown', message: expect.stringContaining('east 2') });
  });

  it('is pending, with the reason, while nothing is ready', () => {
    const { status } = importOf([offer('east', [endpoint(1, false)])]);
    expect(status).toMatchObject({ importStatus: 'PENDING', availableEndpoints: 0 });
    expect(ready(status)).toMatchObject({
      reason: 'EndpointsNotReady',
      message: '0 ready endpoints of 1 in 1 clusters; see the ServiceExport in east.',
    });
  });
});
