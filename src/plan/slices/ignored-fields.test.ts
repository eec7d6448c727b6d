import { describe, expect, it } from 'vitest';
import { ignoredInCluster, ignoredInExport, ignoredInProject, ignoredInSlice, ignoredVerdicts } from './ignored-fields.ts';

const subnet = { sliceSubnet: '10.0.0.0/16' };
const profile = 'spec.namespaceIsolationProfile';

describe('fields that do nothing', () => {
  it.each<[string, string[], string[]]>([
    ['an export', ignoredInExport({ slice: 'app' }), []],
    ['an export', ignoredInExport({ slice: 'app', ingressEnabled: false, aliases: [] }), []],
    ['an export', ignoredInExport({ slice: 'app', ingressEnabled: true, aliases: ['a.b'] }), ['spec.ingressEnabled', 'spec.aliases']],
    ['a slice', ignoredInSlice(subnet), []],
    ['a slice', ignoredInSlice({ ...subnet, namespaceIsolationProfile: { isolationEnabled: false, allowedNamespaces: ['a'] } }), []],
    [
      'a slice',
      ignoredInSlice({
        ...subnet,
        namespaceIsolationProfile: { isolationEnabled: true, applicationNamespaces: ['a'], allowedNamespaces: ['b'] },
      }),
      [`${profile}.isolationEnabled`, `${profile}.allowedNamespaces (beside applicationNamespaces)`],
    ],
    ['a cluster', ignoredInCluster({ caBundle: 'x', nodeIPs: [] }), []],
    ['a cluster', ignoredInCluster({ nodeIPs: ['192.0.2.1'], networkInterface: 'eth1' }), ['spec.nodeIPs', 'spec.networkInterface']],
    ['a project', ignoredInProject({ serviceAccount: { readOnly: [] } }), []],
    [
      'a project',
      ignoredInProject({ defaultSliceCreation: true, serviceAccount: { readOnly: ['anna'], readWrite: ['otto'] } }),
      ['spec.defaultSliceCreation', 'spec.serviceAccount.readOnly', 'spec.serviceAccount.readWrite'],
    ],
  ])('of %s are named when they ask for something', (_, fields, expected) => {
    expect(fields).toEqual(expected);
  });

  it('are told by a condition that stays when they are gone, and is not there before', () => {
    expect(ignoredVerdicts([], undefined)).toEqual([]);
    const [verdict] = ignoredVerdicts(['spec.aliases'], undefined);
    expect(verdict).toMatchObject({ status: 'True', reason: 'FieldsIgnored', message: expect.stringContaining('spec.aliases') });
    if (verdict === undefined) throw new Error('no verdict');
    expect(ignoredVerdicts([], [{ ...verdict, lastTransitionTime: '2026-01-01T00:00:00Z' }])).toMatchObject([{ status: 'False' }]);
  });
});
