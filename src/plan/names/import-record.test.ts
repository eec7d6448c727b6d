import { describe, expect, test } from 'vitest';
import type { Endpoint, EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { importedEndpointSlices } from '../exports/imports.ts';
import { offer } from '../fixtures/worker.ts';
import { importRecordOf } from './import-record.ts';

const labels = {
  'kubeslice.io/slice': 'app-slice',
  'multicluster.kubernetes.io/service-name': 'backend',
  'multicluster.kubernetes.io/source-cluster': 'east',
};
const of = (change: Partial<EndpointSlice>): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'backend-1a2b', namespace: 'app-ns', labels },
  addressType: 'IPv4',
  endpoints: [],
  ...change,
});
const pod: Endpoint = {
  addresses: ['10.0.0.9'],
  nodeName: 'n1',
  conditions: { ready: true },
  targetRef: { kind: 'Pod', name: 'backend-0' },
};

describe('an EndpointSlice of the worker', () => {
  test('is read as it was written', () => {
    const [slice] = importedEndpointSlices(
      'app-slice',
      offer(
        'east',
        [
          { pod: 'backend-0', addresses: ['10.0.0.9'], node: 'n1', ready: true },
          { pod: 'backend-1', addresses: ['10.0.0.10'], node: 'n2', ready: false },
        ],
        { name: 'backend', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }] },
      ),
      true,
      '10.0.240.9',
    );
    expect(importRecordOf(slice!)).toEqual({
      slice: 'app-slice',
      cluster: 'east',
      namespace: 'app-ns',
      export: 'backend',
      address: '10.0.240.9',
      endpoints: [{ address: '10.0.0.9', pod: 'backend-0', node: 'n1' }],
      ports: [{ name: 'http', protocol: 'tcp', port: 8080, servicePort: 80 }],
    });
  });
});

test.each<[string, EndpointSlice['endpoints'], { address: string; pod: string; node: string }[]]>([
  ['ready', [pod], [{ address: '10.0.0.9', pod: 'backend-0', node: 'n1' }]],
  ['not ready', [{ ...pod, conditions: { ready: false } }], []],
  ['readiness unknown', [{ ...pod, conditions: {} }], [{ address: '10.0.0.9', pod: 'backend-0', node: 'n1' }]],
  [
    'terminating and ready',
    [{ ...pod, conditions: { ready: true, terminating: true } }],
    [{ address: '10.0.0.9', pod: 'backend-0', node: 'n1' }],
  ],
  ['no node, no pod', [{ addresses: ['10.0.0.9'] }], [{ address: '10.0.0.9', pod: '', node: '' }]],
  ['not a pod', [{ ...pod, targetRef: { kind: 'Node', name: 'x' } }], [{ address: '10.0.0.9', pod: '', node: 'n1' }]],
  ['no address', [{ ...pod, addresses: ['backend.example.org'] }], []],
  ['an address not in canonical form', [{ ...pod, addresses: ['FD00:0::9'] }], [{ address: 'fd00::9', pod: 'backend-0', node: 'n1' }]],
  [
    'two addresses',
    [{ addresses: ['10.0.0.1', '10.0.0.2'] }],
    [
      { address: '10.0.0.1', pod: '', node: '' },
      { address: '10.0.0.2', pod: '', node: '' },
    ],
  ],
  ['null', null, []],
])('endpoints: %s', (_, endpoints, expected) => {
  expect(importRecordOf(of({ endpoints }))?.endpoints).toEqual(expected);
});

test.each<[string, EndpointSlice['ports'], unknown[]]>([
  ['named', [{ name: 'http', protocol: 'UDP', port: 53 }], [{ name: 'http', protocol: 'udp', port: 53 }]],
  ['without protocol', [{ name: 'http', port: 80 }], [{ name: 'http', protocol: 'tcp', port: 80 }]],
  ['without name', [{ name: '', port: 80 }], []],
  ['without number', [{ name: 'http' }], []],
  ['a name that leaves no room for the underscore', [{ name: 'a'.repeat(63), port: 80 }], []],
  ['null', null, []],
])('ports: %s', (_, ports, expected) => {
  expect(importRecordOf(of({ ports: ports ?? null }))?.ports).toEqual(expected);
});

test.each<[string, EndpointSlice['metadata']]>([
  ['no labels', { name: 'a', namespace: 'app-ns' }],
  ['no namespace', { name: 'a', labels }],
  ['in the namespace of KubeSlice without the name of another', { name: 'a', namespace: 'kubeslice-system', labels }],
  [
    'a service name that is no label',
    { name: 'a', namespace: 'app-ns', labels: { ...labels, 'multicluster.kubernetes.io/service-name': 'Back.end' } },
  ],
  [
    'a cluster name that is no label',
    { name: 'a', namespace: 'app-ns', labels: { ...labels, 'multicluster.kubernetes.io/source-cluster': 'a.b' } },
  ],
])('is none of ours: %s', (_, metadata) => {
  expect(importRecordOf(of({ metadata }))).toBeUndefined();
});

test.each([
  ['kubeslice-system', 'app-ns'],
  // Who may write in one namespace must not answer for another.
  ['evil-ns', 'evil-ns'],
])('an EndpointSlice in %s that names app-ns answers for %s', (namespace, answersFor) => {
  const metadata = { name: 'a', namespace, labels: { ...labels, 'kubeslice.io/import-namespace': 'app-ns' } };
  expect(importRecordOf(of({ metadata }))?.namespace).toBe(answersFor);
});

test('an EndpointSlice names host names and whether its service is headless', () => {
  const slice = {
    metadata: {
      name: 'a',
      namespace: 'app-ns',
      labels: { ...labels },
      annotations: { 'kubeslice.io/service-type': 'Headless', 'kubeslice.io/service-ports': '80,x,99999' },
    },
    endpoints: [
      { addresses: ['10.0.0.2'], hostname: 'my-pet-0' },
      { addresses: ['10.0.0.3'], hostname: 'not.a.label' },
    ],
    ports: ['a', 'b', 'c'].map((name) => ({ name, port: 8080 })),
  };
  const record = importRecordOf(slice);
  expect(record?.headless).toBe(true);
  expect(record?.endpoints.map(({ hostname }) => hostname)).toEqual(['my-pet-0', undefined]);
  expect(record?.ports.map(({ servicePort }) => servicePort)).toEqual([80, undefined, undefined]);
});
