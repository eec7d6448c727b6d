import { expect, it } from 'vitest';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { type OwnerPolicySnapshot, ownerPolicyVerdicts } from './owner-status.ts';

const policy = (spec: Partial<AccessPolicy['spec']> = {}): AccessPolicy => ({
  apiVersion: '',
  kind: '',
  metadata: { name: 'p', namespace: 'ns' },
  spec: { slice: 'app', ...spec },
});
const node = (name: string, accessDigest?: string): SliceNode => ({
  apiVersion: '',
  kind: '',
  metadata: { name: `app.${name}` },
  spec: { slice: 'app', sliceUID: 'u', node: name, sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto' },
  status: { publicKey: 'k', ...(accessDigest === undefined ? {} : { accessDigest }) },
});
const good: OwnerPolicySnapshot = { policy: policy(), namespaces: ['ns'], digest: 'd', nodes: [node('a', 'd'), node('b', 'd')] };

it.each<[string, Partial<OwnerPolicySnapshot>, string[], RegExp]>([
  ['all nodes confirm', {}, ['True Accepted', 'True Enforced'], /2 of 2 nodes/],
  [
    'a node has not confirmed',
    { nodes: [node('a', 'd'), node('b', 'old')] },
    ['True Accepted', 'False NotEnforced'],
    /1 of 2 .* b has not/,
  ],
  [
    'a policy is invalid, so that no node takes any',
    { digest: undefined, nodes: [node('a'), node('b')] },
    ['True Accepted', 'False NotEnforced'],
    /0 of 2 .* a has not/,
  ],
  ['there is no such slice', { namespaces: undefined }, ['False SliceNotFound', 'False SliceNotFound'], /no slice "app"/],
  ['the namespace is in no slice', { namespaces: ['x'] }, ['False NamespaceNotInSlice', 'False NamespaceNotInSlice'], /namespace "ns"/],
  ['it names other clusters', { policy: policy({ to: { clusters: ['west'] } }) }, ['True FieldsIgnored', 'True Enforced'], /nodes enforce/],
  ['it is a dry run', { policy: policy({ dryRun: true }) }, ['True Accepted', 'False DryRun'], /changes no traffic/],
])('reports: %s', (_, rest, expected, message) => {
  const verdicts = ownerPolicyVerdicts({ ...good, ...rest });
  expect(verdicts.map(({ status, reason }) => `${status} ${reason}`)).toEqual(expected);
  expect(verdicts.at(-1)?.message).toMatch(message);
});
