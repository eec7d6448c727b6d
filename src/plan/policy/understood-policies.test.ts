import { expect, it } from 'vitest';
import type { MembershipSpec } from '../../api/membership/type.ts';
import { understoodPolicies } from './understood-policies.ts';

type Granted = NonNullable<MembershipSpec['access']>;
const granted = (...policies: object[]): Granted => ({ default: 'Allow', policies: policies as NonNullable<Granted['policies']> });
const full = {
  name: 'full',
  action: 'Allow',
  to: {
    namespaces: ['shop'],
    podSelector: { matchLabels: { 'any/key': 'x' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] },
  },
  from: [{ clusters: ['west'] }, { namespaces: ['shop'], serviceAccounts: ['web'] }],
  ports: [{ protocol: 'UDP', port: 1, endPort: 2 }, {}],
};

it('takes policies with every field of this version as they are', () => {
  const access = granted(full, { name: 'bare' });
  expect(understoodPolicies(access)).toEqual({ access, unknown: [] });
  expect(understoodPolicies({ default: 'Deny' })).toEqual({ access: { default: 'Deny' }, unknown: [] });
});

it.each<[string, object, string, object]>([
  [
    'a field of called pods that is not known',
    { ...full, to: { namespaces: ['shop'], services: ['api'] } },
    'spec.to.services',
    { name: 'full', action: 'Deny', to: { namespaces: ['shop'] } },
  ],
  [
    'a field of callers',
    { name: 'p', from: [{ clusters: ['west'] }, { ipBlock: {} }] },
    'spec.from[1].ipBlock',
    { name: 'p', action: 'Deny' },
  ],
  ['a field of a policy', { name: 'p', schedule: 'nightly' }, 'spec.schedule', { name: 'p', action: 'Deny' }],
  [
    'a field within a selector',
    { name: 'p', to: { podSelector: { fuzzy: 1 } } },
    'spec.to.podSelector.fuzzy',
    { name: 'p', action: 'Deny', to: { podSelector: {} } },
  ],
  [
    'an action',
    { name: 'p', action: 'Log', to: { namespaces: ['shop'] } },
    'spec.action',
    { name: 'p', action: 'Deny', to: { namespaces: ['shop'] } },
  ],
  ['a protocol', { name: 'p', ports: [{ protocol: 'QUIC' }] }, 'spec.ports[0].protocol', { name: 'p', action: 'Deny' }],
  ['called pods that cannot be read', { name: 'p', to: { namespaces: 'shop' } }, 'spec.to.namespaces', { name: 'p', action: 'Deny' }],
])('closes what a policy may concern, and names it: %s', (_, policy, field, closed) => {
  const other = { name: 'other', to: { namespaces: ['pay'] } };
  const { access, unknown } = understoodPolicies(granted(policy, other));
  expect(unknown).toEqual([{ policy: (policy as { name: string }).name, field }]);
  expect(access).toEqual(granted(closed, other));
});
