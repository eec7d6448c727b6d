import { type Condition, conditionOf, type Verdict } from '../../api/condition.ts';
import type { ReportedAccess } from '../../exchange/statement/links.ts';

/** What is known of the enforcement of one policy in the members of its slice. */
export interface EnforcementSnapshot {
  /** Digest of the policies that the hub grants now. */
  readonly granted: string;
  /** The members of the slice, each with the part of its last report about policies. */
  readonly members: ReadonlyMap<string, ReportedAccess | undefined>;
  /** The current conditions of the policy, and the generation of its spec. */
  readonly before: readonly Condition[] | undefined;
  readonly generation: number | undefined;
}

/**
 * The condition `Enforced` of a policy on the hub.
 *
 * ```
 * the slice has no member                                      False, NotEnforced
 * a member does not report about policies                      False, NotEnforced: it is older, or has not reported yet
 * the policy was enforced as it is now, and others changed     True: members replace all policies at once, and this one is in the old and the new ones
 * a member has others, or one of its nodes has not confirmed   False, NotEnforced
 * every node of every member has confirmed them                True
 * ```
 */
export const enforcedInMembers = ({ granted, members, before, generation }: EnforcementSnapshot): Verdict => {
  const type = 'Enforced';
  const notYet = (message: string): Verdict => ({ type, status: 'False', reason: 'NotEnforced', message });
  if (members.size === 0) return notYet('The slice has no member yet that could enforce the policy.');
  const was = isEnforced(before, generation);
  const behind = [...members].filter(([, access]) => (was ? access === undefined : access?.granted !== granted || access.behind > 0));
  const [first] = behind;
  const done = `${members.size - behind.length} of ${members.size} members`;
  if (first === undefined) return { type, status: 'True', reason: 'Enforced', message: `${done} enforce the policy on every node.` };
  return notYet(`${done} have confirmed that every node enforces the policy; ${why(...first, granted)}.`);
};

/** Whether conditions state that the policy is enforced in this generation of its spec. */
export const isEnforced = (conditions: readonly Condition[] | undefined, generation: number | undefined): boolean => {
  const last = conditionOf(conditions, 'Enforced');
  return last?.status === 'True' && last.observedGeneration === generation;
};

const why = (cluster: string, access: ReportedAccess | undefined, granted: string): string => {
  if (access === undefined) return `${cluster} reports nothing about policies yet, as a member of a version before them does`;
  if (access.granted !== granted || access.node === undefined) return `${cluster} has not`;
  return `in ${cluster} ${access.behind} ${access.behind === 1 ? 'node has' : 'nodes have'} not, ${access.node} among them`;
};
