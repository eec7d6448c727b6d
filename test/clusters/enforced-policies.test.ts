import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { accessPolicyKind, sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { accessDigest } from '../../src/plan/enforcement/policy-digests.ts';
import { grantedAccess, sliceAccessOf } from '../../src/plan/facts/access-facts.ts';
import { beginExample, east, endExample, everybodySpeaks, fleet, nodesOf, wait, west } from './example.ts';
import type { Member } from './member.ts';

/*
 * The owner of a slice sees on the hub whether every node of every member enforces a policy.
 */

beforeEach(beginExample);
afterEach(endExample);

const write = (name: string, generation: number, clusters: readonly string[]): void => {
  const metadata = {
    ...fleet.hub.read(accessPolicyKind, { namespace: 'default', name })?.metadata,
    namespace: 'default',
    name,
    generation,
  };
  const { status } = fleet.hub.read(accessPolicyKind, metadata) ?? {};
  fleet.hub.put(accessPolicyKind, {
    apiVersion: 'networking.kubeslice.io/v1beta1',
    kind: 'AccessPolicy',
    metadata,
    spec: { slice: 'app', from: [{ clusters: [...clusters] }] },
    ...(status === undefined ? {} : { status }),
  });
};
const enforced = (name: string): string => {
  const found = fleet.hub.read(accessPolicyKind, { namespace: 'default', name });
  const condition = conditionOf(found?.status?.conditions, 'Enforced');
  return condition?.observedGeneration === found?.metadata.generation ? `${condition?.status} ${condition?.message}` : 'not judged';
};
const becomes = (name: string, expected: RegExp) => vi.waitFor(() => expect(enforced(name)).toMatch(expected), wait);
const policiesIn = (member: Member): string =>
  JSON.stringify(member.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.spec.access?.policies);
/** What the agents of a cluster say when they enforce the policies that it has. */
const confirm = (member: Member, ...nodes: readonly number[]): void => {
  const access = sliceAccessOf(member.name, grantedAccess(member.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })), []);
  if (access === undefined) throw new Error('no policies');
  for (const at of nodes) {
    const node = nodesOf(member)[at];
    if (node !== undefined) member.api.put(sliceNodeKind, { ...node, status: { ...node.status, accessDigest: accessDigest(access) } });
  }
};

it('a policy is enforced once every node of every member confirms it, and again after each change of it alone', async () => {
  await everybodySpeaks();
  write('first', 1, ['west']);
  for (const member of [east, west]) await vi.waitFor(() => expect(policiesIn(member)).toContain('west'), wait);
  await becomes('first', /^False 0 of 2 members .* in east 2 nodes have not/);
  confirm(east, 0, 1);
  confirm(west, 0);
  await becomes('first', /^False 1 of 2 members .* in west 1 node has not/);
  confirm(west, 1);
  await becomes('first', /^True 2 of 2 members/);

  write('second', 1, ['east']);
  await becomes('second', /^False/);
  for (const member of [east, west]) await vi.waitFor(() => expect(policiesIn(member)).toContain('second'), wait);
  expect(enforced('first')).toMatch(/^True/);
  write('first', 2, ['east']);
  await becomes('first', /^False/);
  for (const member of [east, west]) {
    await vi.waitFor(() => expect(policiesIn(member)).not.toContain('west'), wait);
    confirm(member, 0, 1);
  }
  await becomes('first', /^True/);
  await becomes('second', /^True/);
});

it('a policy with a field that members do not know is closed in them, and named on the hub with the member', async () => {
  await everybodySpeaks();
  write('later', 1, ['west']);
  const written = fleet.hub.read(accessPolicyKind, { namespace: 'default', name: 'later' });
  if (written === undefined) throw new Error('it was written');
  fleet.hub.put(accessPolicyKind, {
    ...written,
    metadata: { ...written.metadata, generation: 2 },
    spec: { ...written.spec, to: { namespaces: ['app-ns'], services: ['backend'] } as NonNullable<typeof written.spec.to> },
  });
  for (const member of [east, west])
    await vi.waitFor(
      () => expect(JSON.parse(policiesIn(member))).toEqual([{ name: 'later', action: 'Deny', to: { namespaces: ['app-ns'] } }]),
      wait,
    );
  await vi.waitFor(() => {
    const found = fleet.hub.read(accessPolicyKind, { namespace: 'default', name: 'later' });
    expect(conditionOf(found?.status?.conditions, 'Accepted')).toMatchObject({ status: 'False', reason: 'FieldUnknown' });
    expect(conditionOf(found?.status?.conditions, 'Accepted')?.message).toMatch(/^2 of 2 members .*spec\.to\.services/);
  }, wait);
  const local = east.api.read(sliceKind, { namespace: memberNamespace, name: 'app' });
  expect(conditionOf(local?.status?.conditions, 'PoliciesUnderstood')).toMatchObject({ status: 'False', reason: 'FieldUnknown' });
});
