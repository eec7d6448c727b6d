import { expect, it } from 'vitest';
import type { Condition } from '../../api/condition.ts';
import type { ReportedAccess } from '../../exchange/statement/links.ts';
import { enforcedInMembers } from './enforced-in-members.ts';

const done: ReportedAccess = { granted: 'now', behind: 0 };
const old: ReportedAccess = { granted: 'before', behind: 0 };
const half: ReportedAccess = { granted: 'now', behind: 1, node: 'n2' };
const wasEnforced = (observedGeneration: number): Condition[] => [
  { type: 'Enforced', status: 'True', reason: 'Enforced', message: '', lastTransitionTime: '', observedGeneration },
];
const verdict = (members: Readonly<Record<string, ReportedAccess | undefined>>, before?: Condition[]) => {
  const { status, message } = enforcedInMembers({ granted: 'now', members: new Map(Object.entries(members)), before, generation: 2 });
  return `${status} ${message}`;
};

it('holds when every node of every member has confirmed the policies', () => {
  expect(verdict({ east: done, west: done })).toMatch(/^True 2 of 2 members enforce/);
});

it.each([
  ['a member has the policies of before', { east: done, west: old }, /^False 1 of 2 .*; west has not\.$/],
  ['a node of a member has not confirmed', { east: half, west: done }, /^False 1 of 2 .*; in east 1 node has not, n2 among them\.$/],
  ['a member reports nothing about policies', { east: done, west: undefined }, /^False 1 of 2 .*west reports nothing about policies/],
  ['the slice has no member', {}, /^False The slice has no member/],
])('does not hold: %s', (_, members, expected) => {
  expect(verdict(members)).toMatch(expected);
});

it('goes on to hold for a policy that did not change while others change', () => {
  expect(verdict({ east: old, west: half }, wasEnforced(2))).toMatch(/^True/);
});

it('no longer holds for a changed policy, and when a member ceases to report about policies', () => {
  expect(verdict({ east: old, west: done }, wasEnforced(1))).toMatch(/^False/);
  expect(verdict({ east: done, west: undefined }, wasEnforced(2))).toMatch(/^False/);
});
