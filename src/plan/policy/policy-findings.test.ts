import { expect, it } from 'vitest';
import { setCondition } from '../../api/condition.ts';
import type { AccessPolicyFacts } from './access.ts';
import { type FindingsSnapshot, policyFindings } from './policy-findings.ts';

const policy = (more: Partial<AccessPolicyFacts> = {}): AccessPolicyFacts => ({
  name: 'p',
  scope: 'slice',
  action: 'Allow',
  to: { namespaces: ['shop'] },
  from: [{ clusters: ['west'], namespaces: ['shop'] }],
  ports: [{ protocol: 'TCP', port: 80 }],
  ...more,
});
const seen = (more: Partial<FindingsSnapshot> = {}): FindingsSnapshot => ({
  policy: policy(),
  policies: [],
  clusters: ['east', 'west'],
  namespaces: ['shop', 'pay'],
  selected: undefined,
  before: undefined,
  ...more,
});
const deny = (more: Partial<AccessPolicyFacts> = {}): AccessPolicyFacts => policy({ name: 'd', action: 'Deny', ...more });

it.each<[string, Partial<FindingsSnapshot>, string[], RegExp]>([
  ['nothing', {}, [], /^$/],
  [
    'an unknown cluster',
    { policy: policy({ from: [{ clusters: ['wset'] }] }) },
    ['NamesUnknown'],
    /spec\.from\[0\].*"wset".*Did you mean "west"/,
  ],
  ['an unknown namespace', { policy: policy({ to: { namespaces: ['shpo'] } }) }, ['NamesUnknown'], /spec\.to.*"shpo"/],
  ['no pod', { selected: 0 }, ['SelectsNothing'], /No pod/],
  ['a pod', { selected: 1 }, [], /^$/],
  ['that all of it is denied', { policies: [deny()] }, ['Overridden'], /Policy "d" denies/],
  ['that more than it is denied', { policies: [{ name: 'd', scope: 'owner', action: 'Deny', to: {} }] }, ['Overridden'], /"d"/],
  ['that a range with it is denied', { policies: [deny({ ports: [{ protocol: 'TCP', port: 1, endPort: 100 }] })] }, ['Overridden'], /"d"/],
  [
    'that some callers are denied',
    { policies: [deny({ from: [{ clusters: ['west'], namespaces: ['shop'], serviceAccounts: ['a'] }] })] },
    [],
    /^$/,
  ],
  ['that another port is denied', { policies: [deny({ ports: [{ protocol: 'TCP', port: 81 }] })] }, [], /^$/],
  ['that some pods are denied', { policies: [deny({ to: { namespaces: ['shop'], podSelector: { matchLabels: { a: 'b' } } } })] }, [], /^$/],
  ['that a denial is denied, too', { policy: deny(), policies: [deny({ name: 'e' })] }, [], /^$/],
])('finds %s', (_, more, types, message) => {
  const found = policyFindings(seen(more));
  expect(found.map(({ type }) => type)).toEqual(types);
  expect(found.map((one) => one.message).join(' ')).toMatch(message);
});

it('says when it is mended', () => {
  const [found] = policyFindings(seen({ selected: 0 }));
  if (found === undefined) throw new Error('nothing found');
  const before = setCondition(undefined, found, 1, new Date(0));
  expect(policyFindings(seen({ selected: 2, before }))).toMatchObject([{ type: 'SelectsNothing', status: 'False' }]);
});
