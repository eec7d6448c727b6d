import { expect, it } from 'vitest';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { Failure } from '../../values/failure.ts';
import { planLocalSlice } from '../membership/slice-objects.ts';
import { grantedAccess, parseAccess, peerIdentities, sliceAccessOf } from './access-facts.ts';

const owned = (spec: Partial<AccessPolicy['spec']> = {}): AccessPolicy => ({
  apiVersion: '',
  kind: '',
  metadata: { name: 'p', namespace: 'ns' },
  spec: { slice: 'app', ...spec },
});

it('knows nothing of a slice without policies', () => {
  expect(sliceAccessOf('east', undefined, [])).toBeUndefined();
});

it('joins the policies of the slice and of owners, who speak for their own namespace and cluster only', () => {
  const granted = { default: 'Deny' as const, policies: [{ name: 'all', ports: [{ port: 80 }] }] };
  const mine = owned({ to: { clusters: ['west'], namespaces: ['other'], podSelector: { matchLabels: { app: 'a' } } }, action: 'Deny' });
  const access = sliceAccessOf('east', granted, [mine, owned({ dryRun: true })]);
  expect(access).toEqual({
    default: 'Deny',
    cluster: 'east',
    policies: [
      {
        name: 'ns/p',
        scope: 'owner',
        action: 'Deny',
        to: { clusters: ['east'], namespaces: ['ns'], podSelector: { matchLabels: { app: 'a' } } },
      },
      { name: 'all', scope: 'slice', action: 'Allow', to: {}, ports: [{ protocol: 'TCP', port: 80 }] },
    ],
  });
  expect(access === undefined ? undefined : parseAccess(structuredClone(access))).toEqual(access);
});

it.each<object>([
  { action: 'Maybe' },
  { ports: [{ protocol: 'TCP', port: '80; drop' }] },
  { ports: [{ protocol: 'ICMP' }] },
  { ports: [{ protocol: 'UDP', port: 80, endPort: 70_000 }] },
])('refuses what no rule of the kernel can be made of: %j', (spec) => {
  expect(() => sliceAccessOf('east', undefined, [owned(spec)])).toThrow(Failure);
});

it('accepts identities of addresses in the blocks of the node only', () => {
  const pods = [{ namespace: 'ns', serviceAccount: 'a', addresses: ['10.0.1.2', '10.0.2.2', 'x; drop'] }];
  expect(peerIdentities({ pods, labelKeys: ['app'] }, ['10.0.1.0/24'])).toEqual([
    { namespace: 'ns', serviceAccount: 'a', labels: {}, labelKeys: ['app'], addresses: ['10.0.1.2'] },
  ]);
});

it('stays closed where older definitions dropped the policies from the spec', () => {
  const spec = {
    project: 'default',
    slice: 'app',
    sliceUID: 'u',
    cluster: 'west',
    exchangeNamespace: 'board',
    sliceSubnet: '10.0.0.0/16',
    namespaces: ['app-ns'],
    blocks: [],
    driver: 'Auto' as const,
  };
  const membership = { apiVersion: '', kind: '', metadata: { name: 'm' }, spec };
  const access = { default: 'Deny' as const, policies: [{ name: 'p' }] };
  // The hub grants less than this cluster applies.
  const made = planLocalSlice({ ...membership, spec: { ...spec, access } }, membership);
  const { access: _, ...pruned } = made.spec;
  expect(grantedAccess(made)).toEqual(access);
  expect(grantedAccess({ ...made, spec: pruned })).toEqual({ default: 'Deny', policies: [] });
  expect(grantedAccess({ ...made, spec: pruned, metadata: { ...made.metadata, annotations: {} } })).toBeUndefined();
  expect(grantedAccess(planLocalSlice(membership, membership))).toBeUndefined();
});
