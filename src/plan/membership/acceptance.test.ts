import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../api/cluster/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { cluster, slice } from '../fixtures/hub.ts';
import { accept as acceptWith } from './acceptance.ts';

const accept = (wanted: Slice, others: Slice[], candidates: Cluster[]) => acceptWith(wanted, others, candidates, new Set());

describe('acceptance of a slice', () => {
  it('admits clusters whose networks do not meet the subnet', () => {
    const east = cluster('east', { cniSubnet: ['10.244.0.0/16'], serviceSubnet: ['10.96.0.0/12'], nodeIPs: ['192.168.1.4'] });
    const { verdict, admitted } = accept(slice('a'), [], [east]);
    expect(verdict).toMatchObject({ status: 'True', reason: 'Accepted' });
    expect(admitted).toEqual([east]);
  });

  it.each([
    ['pod network', { cniSubnet: ['10.0.4.0/24'] }, '10.0.4.0/24'],
    ['service network', { serviceSubnet: ['10.0.0.0/12'] }, '10.0.0.0/12'],
    ['node address', { nodeIPs: ['10.0.9.9'] }, '10.0.9.9/32'],
  ])('leaves out a cluster whose %s overlaps, and goes on with the others', (what, status, network) => {
    const { verdict, admitted, excluded } = accept(slice('a'), [], [cluster('east', status), cluster('west')]);
    expect(admitted.map((one) => one.metadata.name)).toEqual(['west']);
    expect(verdict).toMatchObject({ status: 'True', reason: 'SubnetOverlap' });
    expect(excluded.get('east')).toBe(
      `sliceSubnet 10.0.0.0/16 overlaps the ${what} ${network} of cluster east; use another subnet or exclude the cluster.`,
    );
  });

  it('keeps a cluster that runs in the slice when one of its networks comes to overlap, and says so', () => {
    const { verdict, admitted, excluded } = acceptWith(slice('a'), [], [cluster('east', { nodeIPs: ['10.0.9.9'] })], new Set(['east']));
    expect(admitted.map((one) => one.metadata.name)).toEqual(['east']);
    expect(excluded.size).toBe(0);
    expect(verdict).toMatchObject({
      status: 'True',
      reason: 'SubnetOverlap',
      message: expect.stringContaining('the node address 10.0.9.9/32 of cluster east'),
    });
  });

  it('refuses the younger of two slices with the same namespace on a shared cluster, whoever is asked about first', () => {
    const old = slice('old', { namespaceIsolationProfile: { allowedNamespaces: ['x', 'shared'] } }, 1);
    const young = slice('young', { namespaceIsolationProfile: { applicationNamespaces: ['shared'] } }, 2);
    expect(accept(old, [young, old], [cluster('east')]).verdict.status).toBe('True');
    const refused = accept(young, [young, old], [cluster('east')]);
    expect(refused).toMatchObject({ admitted: [], verdict: { status: 'False', reason: 'NamespaceConflict' } });
    expect(refused.verdict.message).toContain('Namespace shared belongs to the older slice old');
  });

  it('allows the same namespace on different clusters, and the same subnet anywhere', () => {
    const old = slice('old', { clusters: ['east'], namespaceIsolationProfile: { allowedNamespaces: ['shared'] } }, 1);
    const young = slice('young', { clusters: ['west'], namespaceIsolationProfile: { allowedNamespaces: ['shared'] } }, 2);
    expect(accept(young, [old], [cluster('west')]).verdict.status).toBe('True');
  });
});
