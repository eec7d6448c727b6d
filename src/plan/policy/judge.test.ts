import { expect, it } from 'vitest';
import type { AccessPolicyFacts } from './access.ts';
import { judgeFlow, passes, type Rules } from './judge.ts';
import type { Known } from './match.ts';

const pod = (cluster: string, namespace: string, serviceAccount = 'default', labels: Record<string, string> = {}): Known => ({
  cluster,
  identity: { namespace, serviceAccount, labels },
});
const unknown = (cluster: string): Known => ({ cluster, identity: undefined });
const client = pod('west', 'shop', 'web');
const server = pod('east', 'shop', 'backend', { app: 'backend' });
const policy = (rest: Partial<AccessPolicyFacts>): AccessPolicyFacts => ({ name: 'p', scope: 'slice', action: 'Allow', to: {}, ...rest });
const rules = (policies: AccessPolicyFacts[], otherwise: 'Allow' | 'Deny' = 'Allow'): Rules => ({ default: otherwise, policies });
const toServer = { to: { namespaces: ['shop'], podSelector: { matchLabels: { app: 'backend' } } } };
const call = (given: Rules, source: Known = client, port = 80, destination = server) =>
  judgeFlow(given, { source, destination, protocol: 'TCP', port });

it.each<[string, Rules, Known, boolean, string | undefined]>([
  ['nothing says anything', rules([]), client, true, undefined],
  ['the slice denies by default', rules([], 'Deny'), client, false, undefined],
  ['an Allow policy names the caller', rules([policy({ ...toServer, from: [{ namespaces: ['shop'] }] })], 'Deny'), client, true, 'p'],
  ['an Allow policy names somebody else', rules([policy({ ...toServer, from: [{ namespaces: ['pay'] }] })]), client, false, 'p'],
  ['an Allow policy selects other pods', rules([policy({ to: { namespaces: ['pay'] }, from: [{}] })]), client, true, undefined],
  [
    'a Deny policy beats an Allow policy',
    rules([policy({ ...toServer }), policy({ ...toServer, name: 'd', action: 'Deny', from: [{ clusters: ['west'] }] })]),
    client,
    false,
    'd',
  ],
  [
    'a service account is named with its namespace',
    rules([policy({ ...toServer, from: [{ namespaces: ['shop'], serviceAccounts: ['web'] }] })]),
    client,
    true,
    'p',
  ],
  [
    'another account is not',
    rules([policy({ ...toServer, from: [{ namespaces: ['shop'], serviceAccounts: ['web'] }] })]),
    pod('west', 'shop', 'other'),
    false,
    'p',
  ],
  [
    'nobody knows the caller, and its namespace is asked for',
    rules([policy({ from: [{ namespaces: ['shop'] }] })]),
    unknown('west'),
    false,
    'p',
  ],
  ['nobody knows the caller, and its cluster is enough', rules([policy({ from: [{ clusters: ['west'] }] })]), unknown('west'), true, 'p'],
  [
    'nobody knows the caller, and some are denied',
    rules([policy({ action: 'Deny', from: [{ namespaces: ['pay'] }] })]),
    unknown('west'),
    false,
    'p',
  ],
  [
    'a label of the caller is not known',
    rules([policy({ from: [{ podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }] })]),
    { cluster: 'west', identity: { namespace: 'shop', serviceAccount: 'web', labels: {}, labelKeys: ['app'] } },
    false,
    'p',
  ],
])('judges: %s', (_, given, source, allowed, by) => {
  expect(call(given, source)).toMatchObject({ allowed, policy: by });
});

it('needs both scopes', () => {
  const slice = policy({ ...toServer, from: [{ clusters: ['west'] }] });
  const owner = policy({ ...toServer, name: 'shop/own', scope: 'owner', from: [{ namespaces: ['pay'] }] });
  expect(call(rules([slice], 'Deny'))).toMatchObject({ allowed: true });
  expect(call(rules([slice, owner], 'Deny'))).toEqual({ allowed: false, scope: 'owner', policy: 'shop/own' });
  expect(call(rules([{ ...owner, from: [{ namespaces: ['shop'] }] }], 'Deny'))).toMatchObject({ allowed: false, scope: 'slice' });
});

it('lets answers pass and nothing begin the other way', () => {
  const given = rules([policy({ ...toServer, ports: [{ protocol: 'TCP', port: 80 }] })], 'Deny');
  const answer = { source: server, destination: client, protocol: 'TCP' as const, sourcePort: 80, destinationPort: 40_000, answers: true };
  const question = {
    source: client,
    destination: server,
    protocol: 'TCP' as const,
    sourcePort: 40_000,
    destinationPort: 80,
    answers: false,
  };
  expect(passes(given, question)).toBe(true);
  expect(passes(given, answer)).toBe(true);
  expect(passes(given, { ...answer, answers: false })).toBe(false);
  expect(passes(given, { ...answer, sourcePort: 81 })).toBe(false);
});

it('lets nobody call a closed pod because it could call him', () => {
  const given = rules([policy({ ...toServer, from: [{ namespaces: ['pay'] }] })]);
  const call = { source: client, destination: server, protocol: 'UDP' as const, sourcePort: 40_000, destinationPort: 53 };
  expect(passes(given, { ...call, answers: false })).toBe(false);
  expect(passes(given, { ...call, answers: true })).toBe(true);
});
