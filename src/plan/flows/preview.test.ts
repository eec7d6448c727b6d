import { describe, expect, it } from 'vitest';
import type { AccessPolicyFacts } from '../policy/access.ts';
import type { CountedFlow } from './counted-flow.ts';
import { access, answer, client, endsAt, flow, policy, server } from './flows.fixtures.ts';
import type { FlowEnd } from './node-flows.ts';
import { type PolicyChange, planPreview } from './preview.ts';

const none = { pods: new Map(), services: new Map() };
/** Both clusters, with the same policies of the slice; `withWest` leaves the cluster of the server out. */
const fleet = (
  policies: readonly AccessPolicyFacts[] | undefined,
  { seen = [], denied = [], withWest = true }: { seen?: CountedFlow[]; denied?: CountedFlow[]; withWest?: boolean },
) => {
  const of = (cluster: 'east' | 'west') => ({
    ...(policies === undefined ? {} : { access: access(cluster, policies) }),
    ends: endsAt(cluster).map((end): FlowEnd => (policies === undefined && !end.isOwn ? { ...end, identity: undefined } : end)),
    seen: { flows: seen, missed: 0 },
    ...(policies === undefined ? {} : { denied: { flows: denied, strays: [], crowded: [] } }),
  });
  return [
    { cluster: 'east', answers: [answer('e1', of('east'))] },
    ...(withWest ? [{ cluster: 'west', answers: [answer('w1', of('west'))] }] : []),
  ];
};
const write = (one: AccessPolicyFacts, slice = 'app', cluster?: string): PolicyChange => ({
  scope: one.scope,
  name: one.name,
  cluster,
  written: { slice, policy: one },
});
const end = (name: string): PolicyChange => ({ scope: 'slice', name, cluster: undefined, written: undefined });
const preview = (members: ReturnType<typeof fleet>, ...changes: PolicyChange[]) =>
  planPreview(members, changes, none).rows.map(({ would, source, destination, port, rule }) => [
    would,
    source.pod ?? source.address,
    destination.pod ?? destination.address,
    port,
    rule.text,
  ]);

const onlyPay = policy({ to: { namespaces: ['shop'] }, from: [{ namespaces: ['pay'] }] });
const onlyShop = policy({ to: { namespaces: ['shop'] }, from: [{ namespaces: ['shop'], serviceAccounts: ['web'] }] });
const seen = [flow(client, server)];

describe('a policy that is written', () => {
  it('cuts a flow that it does not allow, and tells by which rule', () => {
    expect(preview(fleet([], { seen }), write(onlyPay))).toEqual([
      ['cut', 'shop/client', 'shop/server', 80, 'policy p allows others only'],
    ]);
  });

  it('leaves a flow alone that it allows, also where no identity has been stated to the other cluster yet', () => {
    expect(preview(fleet(undefined, { seen }), write(onlyShop))).toEqual([]);
    expect(preview(fleet(undefined, { seen }), write(onlyPay))).toHaveLength(1);
  });

  it('concerns its own slice only', () => {
    expect(preview(fleet([], { seen }), write(onlyPay, 'other'))).toEqual([]);
  });

  it('allows what is denied now, instead of the policy of its name', () => {
    expect(preview(fleet([onlyPay], { denied: seen }), write(onlyShop))).toEqual([
      ['allow', 'shop/client', 'shop/server', 80, 'policy p allows others only'],
    ]);
  });

  it('allows nothing that another policy denies still', () => {
    const deny = policy({ name: 'd', action: 'Deny' });
    expect(preview(fleet([onlyPay, deny], { denied: seen }), write(onlyShop))).toEqual([]);
  });

  it('counts at the other end, too, when that was asked', () => {
    const own = policy({
      name: 'shop/own',
      scope: 'owner',
      to: { clusters: ['west'], namespaces: ['shop'] },
      from: [{ clusters: ['north'] }],
    });
    expect(preview(fleet([], { seen }), write(own, 'app', 'west'))).toEqual([
      ['cut', 'shop/client', 'shop/server', 80, 'owner policy shop/own allows others only'],
    ]);
    expect(preview(fleet([], { seen, withWest: false }), write(own, 'app', 'west'))).toEqual([]);
  });

  it('knows no identity of callers in other clusters, for a policy of an owner in a slice whose clusters state none', () => {
    const own = policy({
      name: 'shop/own',
      scope: 'owner',
      to: { clusters: ['west'], namespaces: ['shop'] },
      from: [{ namespaces: ['shop'] }],
    });
    expect(preview(fleet(undefined, { seen }), write(own, 'app', 'west'))).toHaveLength(1);
    expect(preview(fleet([onlyShop], { seen }), write(own, 'app', 'west'))).toEqual([]);
  });

  it('asks for a label that the policies of now do not, and that clusters would state then', () => {
    const byLabel = policy({
      to: { podSelector: { matchLabels: { app: 'server' } } },
      from: [{ podSelector: { matchLabels: { app: 'client' } } }],
    });
    expect(preview(fleet([], { seen }), write(byLabel))).toEqual([]);
  });
});

describe('a policy that ends', () => {
  it('allows what it alone denied', () => {
    expect(preview(fleet([onlyPay], { denied: seen }), end('p'))).toEqual([
      ['allow', 'shop/client', 'shop/server', 80, 'policy p allows others only'],
    ]);
  });

  it('is said when no node enforces one of its name', () => {
    expect(planPreview(fleet([onlyPay], { seen }), [end('q')], none)).toMatchObject({ rows: [], compared: 1, unknown: ['q'] });
  });
});
