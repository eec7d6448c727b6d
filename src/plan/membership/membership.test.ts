import { describe, expect, it } from 'vitest';
import { exchangeNamespace } from '../../api/places.ts';
import { slice } from '../fixtures/hub.ts';
import { planMembership } from './membership.ts';

describe('a membership', () => {
  it('carries all that the cluster needs to know, and outlives its slice', () => {
    const { metadata, spec } = planMembership(slice('app'), 'blue', 'east', ['10.0.0.0/24']);
    expect(metadata).toMatchObject({ name: 'app.east', namespace: 'default' });
    expect(metadata.ownerReferences).toBeUndefined();
    expect(spec).toEqual({
      project: 'blue',
      slice: 'app',
      sliceUID: 'uid-app',
      cluster: 'east',
      exchangeNamespace: exchangeNamespace('uid-app'),
      sliceSubnet: '10.0.0.0/16',
      namespaces: ['app-ns'],
      blocks: ['10.0.0.0/24'],
      driver: 'Auto',
    });
  });

  it.each([
    [{ tunnel: { driver: 'WireGuardUserspace' } } as const, { driver: 'WireGuardUserspace' }],
    [{ tunnel: {} }, { driver: 'Auto' }],
    [{ namespaceIsolationProfile: { allowedNamespaces: ['z', 'a'] } }, { namespaces: ['a', 'z'] }],
  ])('of a slice with %j has %j', (spec, expected) => {
    expect(planMembership(slice('app', spec), 'blue', 'east', []).spec).toMatchObject(expected);
  });
});
