import { expect, it } from 'vitest';
import type { AccessPolicyFacts } from '../policy/access.ts';
import { deniedRows } from './denied-rows.ts';
import { nameKey } from './flow-row.ts';
import { access, answer, client, endsAt, flow, policy, server } from './flows.fixtures.ts';

const none = { pods: new Map(), services: new Map() };
const record = (rest: object = {}) => ({ flows: [], strays: [], crowded: [], ...rest });
const rowOf = (policies: readonly AccessPolicyFacts[], otherwise: 'Allow' | 'Deny' = 'Allow', of = flow(client, server)) => {
  const slice = { access: access('east', policies, otherwise), ends: endsAt('east'), denied: record({ flows: [of] }) };
  return deniedRows([{ cluster: 'east', answers: [answer('e1', slice)] }], none)[0];
};

it('tells both ends, the time, the count and where it was denied', () => {
  const names = { pods: new Map([[nameKey('app', server), 'shop/server']]), services: new Map([[nameKey('app', server), 'shop/api']]) };
  const slice = { access: access('east', [], 'Deny'), ends: endsAt('east'), denied: record({ flows: [flow(client, server)] }) };
  expect(deniedRows([{ cluster: 'east', answers: [answer('e1', slice)] }], names)).toEqual([
    {
      slice: 'app',
      time: '2026-12-01T03:59:50.000Z',
      age: 10,
      source: { address: client, cluster: 'east', pod: 'shop/client', namespace: 'shop', serviceAccount: 'web' },
      destination: {
        address: server,
        cluster: 'west',
        pod: 'shop/server',
        namespace: 'shop',
        serviceAccount: 'api',
        service: 'shop/api',
      },
      protocol: 'TCP',
      port: 80,
      rule: { reason: 'Default', text: 'default Deny of the slice' },
      end: 'source',
      node: 'e1',
      cluster: 'east',
      packets: 3,
    },
  ]);
});

it.each<[string, AccessPolicyFacts[], object]>([
  [
    'a denial, with the entry that matches',
    [policy({ action: 'Deny', from: [{ clusters: ['north'] }, { serviceAccounts: ['web'], namespaces: ['shop'] }] })],
    { reason: 'Denied', policy: 'p', scope: 'slice', peer: 1, text: 'policy p from[1] denies' },
  ],
  ['a denial of everybody', [policy({ action: 'Deny' })], { reason: 'Denied', policy: 'p', scope: 'slice', text: 'policy p denies' }],
  [
    'a policy of an owner that lets others call',
    [policy({ name: 'shop/own', scope: 'owner', from: [{ clusters: ['north'] }] })],
    { reason: 'Closed', policy: 'shop/own', scope: 'owner', text: 'owner policy shop/own allows others only' },
  ],
  ['policies that changed since', [], { reason: 'AllowedNow', text: 'none any more: allowed now' }],
])('names %s', (_, policies, rule) => {
  expect(rowOf(policies)?.rule).toEqual(rule);
});

it('does not guess about packets whose flow did not begin here, and names callers beyond the record', () => {
  const slice = {
    access: access('west', [], 'Deny'),
    ends: endsAt('west'),
    denied: record({ strays: [flow(client, server, { port: 5000, age: 1 })], crowded: [{ source: client, packets: 900, age: 2 }] }),
  };
  const rows = deniedRows([{ cluster: 'west', answers: [answer('w1', slice)] }], none);
  expect(rows.map(({ rule, end, destination, packets }) => [rule.reason, end, destination?.address, packets])).toEqual([
    ['NoBeginning', 'destination', server, 3],
    ['RecordFull', 'destination', undefined, 900],
  ]);
});

it('puts the latest first, whichever node tells of it', () => {
  const slice = (age: number) => ({
    access: access('east', [], 'Deny'),
    ends: endsAt('east'),
    denied: record({ flows: [flow(client, server, { age })] }),
  });
  const rows = deniedRows([{ cluster: 'east', answers: [answer('e1', slice(60)), answer('e2', slice(5))] }], none);
  expect(rows.map(({ node }) => node)).toEqual(['e2', 'e1']);
});

it('has nothing to tell of a node without policies', () => {
  expect(deniedRows([{ cluster: 'east', answers: [answer('e1', { ends: endsAt('east') })] }], none)).toEqual([]);
});
