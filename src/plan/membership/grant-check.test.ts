import { describe, expect, it } from 'vitest';
import type { MembershipSpec } from '../../api/membership/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { type GrantSnapshot, judgeGrant } from './grant-check.ts';
import { planLocalSlice } from './slice-objects.ts';

const networks = { cniSubnet: ['10.244.0.0/24'], serviceSubnet: ['10.96.0.0/16'], nodeIPs: ['192.0.2.7', 'fd00::7'] };

const grant = (changes: Partial<MembershipSpec> = {}): MembershipSpec => ({
  project: 'default',
  slice: 'app',
  sliceUID: 'u',
  cluster: 'west',
  exchangeNamespace: 'board',
  sliceSubnet: '10.0.0.0/16',
  namespaces: ['app-ns'],
  blocks: [],
  driver: 'Auto',
  ...changes,
});

const node = (sliceSubnet: string, sliceUID = 'u'): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: 'app.n1' },
  spec: { slice: 'app', sliceUID, node: 'n1', sliceSubnet, blocks: [], driver: 'Auto' },
});

const slice = (name: string, namespaces: string[], creationTimestamp: string): Slice => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name, namespace: 'kubeslice-system', creationTimestamp },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { applicationNamespaces: namespaces } },
});

const judge = (changes: Partial<GrantSnapshot> = {}) =>
  judgeGrant({
    grant: grant(),
    networks,
    nodes: [],
    slices: [],
    consent: { networks: [], namespaces: undefined },
    ...changes,
  });
const accepted = (changes: Partial<GrantSnapshot>) => judge(changes).verdicts.find(({ type }) => type === 'Accepted');

describe('the subnet of a grant', () => {
  it.each([
    ['apart from all networks', '10.0.0.0/16', [], undefined],
    ['over the services', '10.96.0.0/16', [], 'service network 10.96.0.0/16'],
    ['inside the services', '10.96.4.0/24', [], 'service network 10.96.0.0/16'],
    ['over the pods of a node', '10.244.0.0/16', [], 'pod network 10.244.0.0/24'],
    ['over a node', '192.0.2.0/24', [], 'node address 192.0.2.7/32'],
    ['over a node that came when the slice ran', '192.0.2.0/24', [node('192.0.2.0/24')], undefined],
    ['with another subnet than the one that runs', '10.96.0.0/16', [node('10.0.0.0/16')], 'service network'],
    ['of another slice of that name', '10.96.0.0/16', [node('10.96.0.0/16', 'v')], 'service network'],
  ])('%s', (_, sliceSubnet, nodes, met) => {
    const verdict = accepted({ grant: grant({ sliceSubnet }), nodes });
    expect(verdict?.status).toBe(met === undefined ? 'True' : 'False');
    if (met !== undefined) expect(verdict?.message).toContain(`overlaps the ${met}`);
  });

  it('outside the private ranges needs a word of this cluster', () => {
    const foreign = grant({ sliceSubnet: '203.0.113.0/24' });
    expect(judge({ grant: foreign }).applied).toBeUndefined();
    expect(accepted({ grant: foreign })).toMatchObject({ status: 'False', reason: 'SubnetNotAllowed' });
    const consent = { networks: ['203.0.113.0/24'], namespaces: undefined };
    expect(judge({ grant: foreign, consent }).applied).toEqual(foreign);
  });
});

describe('the blocks of a grant', () => {
  it.each([
    ['in the subnet', '10.0.1.0/24', undefined],
    ['outside of the subnet', '10.96.0.8/29', 'outside the pod addresses'],
    ['in the service range of the slice', '10.0.250.0/24', 'outside the pod addresses'],
    ['that is no block', '10.0.0.1/24\n', 'which is not an address block'],
  ])('%s', (_, block, why) => {
    const blocks = [block];
    const { applied } = judge({ grant: grant({ blocks }) });
    expect(applied === undefined).toBe(why !== undefined);
    if (why === undefined) return;
    expect(accepted({ grant: grant({ blocks }) })).toMatchObject({ reason: 'BlockRefused', message: expect.stringContaining(why) });
    // Not even for a slice that runs: its pods would get addresses of something else.
    expect(judge({ grant: grant({ blocks }), nodes: [node('10.0.0.0/16')] }).applied).toBeUndefined();
  });
});

describe('the namespaces of a grant', () => {
  const namespaces = ['app-ns', 'other-ns'];
  const early = '2026-11-24T12:00:00Z';
  const late = '2026-11-25T12:00:00Z';
  it.each<[string, Slice[], string[]]>([
    ['are applied when they are in no slice', [], namespaces],
    ['are applied when they are in this slice', [slice('app', namespaces, late)], namespaces],
    ['stay with a slice that has them, though this one sorts before it', [slice('zoo', ['app-ns'], late)], ['other-ns']],
    ['stay with the older slice when both have them', [slice('app', namespaces, late), slice('zoo', ['app-ns'], early)], ['other-ns']],
    ['stay here when this slice is the older one', [slice('app', namespaces, early), slice('zoo', ['app-ns'], late)], namespaces],
    ['are not won by age alone', [slice('app', ['other-ns'], early), slice('zoo', ['app-ns'], late)], ['other-ns']],
  ])('%s', (_, slices, expected) => {
    const { applied, verdicts } = judge({ grant: grant({ namespaces }), slices });
    expect(applied?.namespaces).toEqual(expected);
    expect(verdicts.find(({ type }) => type === 'NamespacesAccepted')).toMatchObject(
      expected.length === 2
        ? { status: 'True' }
        : { status: 'False', reason: 'NamespaceConflict', message: expect.stringContaining('app-ns (slice zoo)') },
    );
  });

  it('beyond a list need a word of this cluster', () => {
    const consent = { networks: [], namespaces: ['other-*'] };
    const { applied, verdicts } = judge({ grant: grant({ namespaces }), consent });
    expect(applied?.namespaces).toEqual(['other-ns']);
    expect(verdicts[1]).toMatchObject({ reason: 'NamespaceNotAllowed', message: expect.stringContaining('app-ns') });
  });
});

describe('the default access of a grant', () => {
  type Default = 'Allow' | 'Deny' | undefined;
  const accessOf = (value: Default) => (value === undefined ? {} : { access: { default: value, policies: [{ name: 'p' }] } });
  const local = (value: Default, granted: Default): Slice => {
    const made = planLocalSlice(
      { apiVersion: '', kind: '', metadata: { name: 'm' }, spec: grant(accessOf(value)) },
      { apiVersion: '', kind: '', metadata: { name: 'm' }, spec: grant(accessOf(granted)) },
    );
    return made;
  };
  const opened = (slice: Slice): Slice => ({
    ...slice,
    metadata: { ...slice.metadata, annotations: { ...slice.metadata.annotations, 'kubeslice.io/open-access': 'true' } },
  });
  it.each<[string, Default, Slice[], Default, boolean]>([
    ['is new', undefined, [], undefined, true],
    ['opens what never was closed', 'Allow', [local('Allow', 'Allow')], 'Allow', true],
    ['closes', 'Deny', [local('Allow', 'Allow')], 'Deny', true],
    ['opens what was closed', 'Allow', [local('Deny', 'Deny')], 'Deny', false],
    ['is not there any more', undefined, [local('Deny', 'Deny')], 'Deny', false],
    ['opens again what this cluster kept closed before', 'Allow', [local('Deny', 'Allow')], 'Deny', false],
    ['opens where older definitions dropped the field', 'Allow', [local(undefined, 'Deny')], 'Deny', false],
    ['opens with consent', 'Allow', [opened(local('Deny', 'Deny'))], 'Allow', true],
  ])('that %s', (_, granted, slices, held, isAccepted) => {
    const seen = judge({ grant: grant(accessOf(granted)), slices });
    expect(seen.applied?.access?.default).toBe(held);
    expect(seen.verdicts.find(({ type }) => type === 'DefaultAccessAccepted')?.status).toBe(isAccepted ? 'True' : 'False');
    // What the hub drops leaves the rest as it grants it.
    expect(seen.applied?.access?.policies).toEqual(accessOf(granted).access?.policies);
  });
});

describe('policies with a field of a later version', () => {
  const later = { name: 'p', to: { namespaces: ['shop'], services: ['api'] }, from: [{}] };

  it('deny what the rest of them selects, and are named', () => {
    const access = { default: 'Allow' as const, policies: [later] };
    const { applied, verdicts } = judge({ grant: grant({ access }) });
    expect(applied?.access?.policies).toEqual([{ name: 'p', action: 'Deny', to: { namespaces: ['shop'] } }]);
    const verdict = verdicts.find(({ type }) => type === 'PoliciesUnderstood');
    expect(verdict).toMatchObject({ status: 'False', reason: 'FieldUnknown' });
    expect(verdict?.message).toContain('p among them with spec.to.services');
  });

  it('are none without one', () => {
    expect(judge().verdicts.find(({ type }) => type === 'PoliciesUnderstood')?.status).toBe('True');
  });
});
