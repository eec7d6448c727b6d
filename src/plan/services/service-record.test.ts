import { expect, it } from 'vitest';
import type { Endpoint, EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { serviceRecordOf } from './service-record.ts';

const imported = (): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'web-1',
    namespace: 'app-ns',
    labels: {
      'kubeslice.io/slice': 'app',
      'multicluster.kubernetes.io/service-name': 'web',
      'multicluster.kubernetes.io/source-cluster': 'east',
    },
    annotations: { 'kubeslice.io/service-address': '10.0.240.9', 'kubeslice.io/service-ports': '80,53' },
  },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['10.0.0.1'], nodeName: 'n1', conditions: { ready: true } },
    { addresses: ['10.0.0.2'], nodeName: 'n1', conditions: { ready: false } },
  ],
  ports: [
    { name: 'http', protocol: 'TCP', port: 8080 },
    { name: 'dns', protocol: 'UDP', port: 5353 },
  ],
});

it('is read with the ports that clients call', () => {
  expect(serviceRecordOf(imported())).toEqual({
    slice: 'app',
    cluster: 'east',
    service: 'app-ns/web',
    address: '10.0.240.9',
    sticky: false,
    traffic: {},
    ports: [
      { protocol: 'TCP', port: 80, targetPort: 8080 },
      { protocol: 'UDP', port: 53, targetPort: 5353 },
    ],
    endpoints: [
      { address: '10.0.0.1', node: 'n1', state: 'Ready' },
      { address: '10.0.0.2', node: 'n1', state: 'Closed' },
    ],
  });
});

it.each<[string, Endpoint['conditions'], string]>([
  ['nothing', undefined, 'Ready'],
  ['ready', { ready: true }, 'Ready'],
  ['not ready', { ready: false }, 'Closed'],
  ['terminating and serving', { ready: false, serving: true, terminating: true }, 'Terminating'],
  ['terminating', { ready: false, serving: false, terminating: true }, 'Closed'],
])('an endpoint that says %s', (_, conditions, state) => {
  const endpoints = [{ addresses: ['10.0.0.1'], ...(conditions === undefined ? {} : { conditions }) }];
  expect(serviceRecordOf({ ...imported(), endpoints })?.endpoints.map((one) => one.state)).toEqual([state]);
});

it.each([
  ['10.0.240.9; add rule', undefined],
  ['', undefined],
  ['fd00::1', undefined],
  ['10.0.240.9', '10.0.240.9'],
])('an address that is %j', (address, read) => {
  const { metadata, ...rest } = imported();
  const annotations = { ...metadata.annotations, 'kubeslice.io/service-address': address };
  expect(serviceRecordOf({ ...rest, metadata: { ...metadata, annotations } })?.address).toBe(read);
});

it.each<[Record<string, string>, Partial<ReturnType<typeof serviceRecordOf>>]>([
  [{ 'kubeslice.io/session-affinity': 'ClientIP' }, { sticky: true }],
  [
    { 'kubeslice.io/session-affinity': 'ClientIP', 'kubeslice.io/session-affinity-seconds': '60' },
    { sticky: true, affinitySeconds: 60 },
  ],
  [{ 'kubeslice.io/session-affinity': 'ClientIP', 'kubeslice.io/session-affinity-seconds': '1; drop' }, { sticky: true }],
  [{ 'kubeslice.io/session-affinity': 'ClientIP', 'kubeslice.io/session-affinity-seconds': '0' }, { sticky: true }],
  [{ 'kubeslice.io/session-affinity': 'ClientIP', 'kubeslice.io/session-affinity-seconds': '86401' }, { sticky: true }],
])('session affinity %j', (annotations, expected) => {
  const { metadata, ...rest } = imported();
  const { sticky, affinitySeconds } =
    serviceRecordOf({ ...rest, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } }) ?? {};
  expect({ sticky, ...(affinitySeconds === undefined ? {} : { affinitySeconds }) }).toEqual(expected);
});

it.each<[Record<string, string>, NonNullable<ReturnType<typeof serviceRecordOf>>['traffic']]>([
  [{ 'kubeslice.io/internal-traffic-policy': 'Local' }, { onlyOnNode: true }],
  [{ 'kubeslice.io/traffic-distribution': 'PreferSameZone' }, { prefers: 'Cluster' }],
  [{ 'kubeslice.io/internal-traffic-policy': 'Local; drop', 'kubeslice.io/traffic-distribution': '' }, {}],
])('traffic policies %j', (annotations, expected) => {
  const { metadata, ...rest } = imported();
  const read = serviceRecordOf({ ...rest, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } });
  expect(read?.traffic).toEqual(expected);
});

it('drops ports and endpoints that cannot be', () => {
  const { metadata, ...rest } = imported();
  const annotations = { ...metadata.annotations, 'kubeslice.io/service-ports': '0,x,80' };
  const ports = [{ port: 1 }, { port: 2 }, { port: 70_000 }, { port: 4 }];
  const read = serviceRecordOf({
    ...rest,
    ports,
    endpoints: [{ addresses: ['a.example', '10.0.0.1'] }],
    metadata: { ...metadata, annotations },
  });
  expect([read?.ports, read?.endpoints]).toEqual([[], [{ address: '10.0.0.1', node: '', state: 'Ready' }]]);
});
