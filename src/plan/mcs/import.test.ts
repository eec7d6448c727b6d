import { describe, expect, it } from 'vitest';
import type { ServiceImport, ServiceImportStatus } from '../../api/serviceimport/type.ts';
import { planMcsImport } from './import.ts';

const own = (status: ServiceImportStatus | undefined): ServiceImport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceImport',
  metadata: { name: 'web', namespace: 'shop', uid: 'u2', labels: { 'kubeslice.io/slice': 'app' } },
  spec: {
    slice: 'app',
    dnsName: 'web.shop.svc.slice.local',
    ports: [
      { name: 'http', containerPort: 8080, servicePort: 80, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
      { containerPort: 53, protocol: 'UDP' },
    ],
  },
  ...(status === undefined ? {} : { status }),
});
const status: ServiceImportStatus = { type: 'ClusterSetIP', sessionAffinity: 'ClientIP', clusters: ['east', 'west'] };
const applied = (one: ServiceImport, seen?: Parameters<typeof planMcsImport>[0]['seen'], now = 0) => {
  const plan = planMcsImport({ own: one, seen, version: 'v1alpha1' }, now);
  if (plan.kind !== 'apply') throw new Error(plan.kind);
  return plan;
};

describe('an import of KubeSlice', () => {
  it('is a ServiceImport of the Multi-Cluster Services API, owned by it', () => {
    const { desired, status: shown } = applied(own(status));
    expect(desired).toMatchObject({
      apiVersion: 'multicluster.x-k8s.io/v1alpha1',
      metadata: { name: 'web', namespace: 'shop', ownerReferences: [{ uid: 'u2', apiVersion: 'networking.kubeslice.io/v1beta1' }] },
      spec: {
        type: 'ClusterSetIP',
        sessionAffinity: 'ClientIP',
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    });
    expect(shown.clusters).toEqual([{ cluster: 'east' }, { cluster: 'west' }]);
    const stored = { ...desired, metadata: { ...desired.metadata, generation: 1 }, status: shown };
    expect(applied(own(status), stored, 9_000).status).toEqual(shown);
  });

  it.each<[string, ServiceImportStatus, readonly string[] | undefined]>([
    ['with service addresses', { ...status, ips: ['10.0.240.9'] }, ['10.0.240.9']],
    ['without', status, undefined],
    ['headless', { ...status, type: 'Headless', ips: ['10.0.240.9'] }, undefined],
  ])('%s', (_, one, ips) => {
    expect(applied(own(one)).desired.spec?.ips).toEqual(ips);
  });

  it.each<[string, ServiceImportStatus, object]>([
    [
      'with traffic policies',
      { ...status, internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
      { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
    ],
    ['with one that the API does not know', { ...status, internalTrafficPolicy: 'Rack' }, {}],
    ['without', status, {}],
  ])('%s', (_, one, expected) => {
    const { internalTrafficPolicy, trafficDistribution } = applied(own(one)).desired.spec ?? {};
    const shown = { internalTrafficPolicy, trafficDistribution };
    expect(Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined))).toEqual(expected);
  });

  it('leaves objects of others alone, and removes only its own', () => {
    const { desired } = applied(own(status));
    const theirs = { ...desired, metadata: { name: 'web', namespace: 'shop' } };
    const kindOf = (one: ServiceImport | undefined, seen?: typeof desired) => planMcsImport({ own: one, seen, version: 'v1beta1' }, 0).kind;
    expect([kindOf(own(status), theirs), kindOf(undefined, theirs), kindOf(undefined, desired), kindOf(undefined)]).toEqual([
      'foreign',
      'none',
      'remove',
      'none',
    ]);
    // Its status is not written yet.
    expect(kindOf(own(undefined))).toBe('none');
  });
});
