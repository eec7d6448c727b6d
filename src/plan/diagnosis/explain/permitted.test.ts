import { expect, it } from 'vitest';
import type { AccessPolicy } from '../../../api/accesspolicy/type.ts';
import { membershipAnnotation } from '../../../api/labels.ts';
import type { Slice } from '../../../api/slice/type.ts';
import { pod } from '../diagnosis.fixtures.ts';
import type { End } from './path-view.ts';
import { isSilenced, permitted } from './permitted.ts';

type Access = NonNullable<Slice['spec']['access']>;
const slice = (cluster: string, access: Access | undefined): Slice => ({
  apiVersion: '',
  kind: 'Slice',
  metadata: { name: 'app', annotations: { [membershipAnnotation]: JSON.stringify({ spec: { cluster } }) } },
  spec: {
    sliceSubnet: '10.0.0.0/16',
    namespaceIsolationProfile: { applicationNamespaces: ['shop'] },
    ...(access === undefined ? {} : { access }),
  },
});
const owned = (name: string, spec: Partial<AccessPolicy['spec']>): AccessPolicy => ({
  apiVersion: '',
  kind: '',
  metadata: { name, namespace: 'shop' },
  spec: { slice: 'app', ...spec },
});
const end = (cluster: string, name: string, access: Access | undefined, accessPolicies: End['accessPolicies']): End => ({
  contexts: { cluster, hub: 'hub', name: cluster },
  pod: pod('shop', name, { app: name }),
  asked: `shop/${name}`,
  slices: [slice(cluster, access)],
  sliceNodes: [],
  accessPolicies,
  agent: undefined,
  facts: undefined,
});
const judged = (access: Access | undefined, accessPolicies: End['accessPolicies']) =>
  permitted({
    from: end('west', 'client', access, []),
    to: end('east', 'web', access, accessPolicies),
    service: undefined,
    endpoint: undefined,
    peer: undefined,
    port: { number: 80, protocol: 'TCP', targetPort: 8080 },
    probe: undefined,
    back: undefined,
  });
const of = (...policies: NonNullable<Access['policies']>): Access => ({ default: 'Allow', policies });

it.each<[string, Access | undefined, End['accessPolicies'], string, RegExp]>([
  ['no policies', undefined, [], 'ok', /no policies/],
  ['one that allows it', of({ name: 'in', from: [{ clusters: ['west'] }] }), [], 'ok', /"in" allows/],
  ['one that allows others', of({ name: 'in', from: [{ clusters: ['east'] }] }), [], 'broken', /"in" closes/],
  [
    'one that denies it',
    of({ name: 'out', action: 'Deny', from: [{ podSelector: { matchLabels: { app: 'client' } } }] }),
    [],
    'broken',
    /"out" denies/,
  ],
  ['one that denies the port of the pod', of({ name: 'out', action: 'Deny', ports: [{ port: 8080 }] }), [], 'broken', /"out" denies/],
  ['one that denies the port of the service', of({ name: 'out', action: 'Deny', ports: [{ port: 80 }] }), [], 'ok', /no policy denies/],
  ['a default that denies', { default: 'Deny', policies: [] }, [], 'broken', /denies by default/],
  [
    'one of the owner that denies it',
    undefined,
    [owned('mine', { action: 'Deny', from: [{ clusters: ['west'] }] })],
    'broken',
    /"shop\/mine" denies/,
  ],
  [
    'one of the owner that asks what nobody states',
    undefined,
    [owned('mine', { from: [{ namespaces: ['shop'] }] })],
    'broken',
    /"shop\/mine" closes/,
  ],
  ['the same, where it is stated', of(), [owned('mine', { from: [{ namespaces: ['shop'] }] })], 'ok', /"shop\/mine" allows/],
  ['one of another slice', undefined, [owned('mine', { slice: 'other', action: 'Deny' })], 'ok', /no policies/],
  ['policies that may not be read', undefined, undefined, 'unknown', /cannot be read/],
])('with %s', (_, access, policies, state, text) => {
  const hop = judged(access, policies);
  expect(hop.state, hop.text).toBe(state);
  expect(hop.text).toMatch(text);
});

it('names the policy and how to read it', () => {
  expect(judged(undefined, [owned('mine', { action: 'Deny' })])).toMatchObject({
    object: 'AccessPolicy shop/mine',
    remedy: 'kubectl --context east -n shop describe accesspolicy mine',
  });
});

it('knows where echo requests are dropped', () => {
  const [from, to] = [end('west', 'client', of({ name: 'in', ports: [{ port: 80 }] }), []), end('east', 'web', undefined, [])];
  expect([isSilenced(from, to), isSilenced(to, to)]).toEqual([true, false]);
});
