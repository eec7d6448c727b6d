import type { AccessScope, SliceAccess } from '../policy/access.ts';
import { type Flow, judgeFlow } from '../policy/judge.ts';

/**
 * Why a flow is denied.
 *
 * ```
 * Denied          a policy denies the caller
 * Closed          a policy lets others call, and none lets this caller
 * Default         the slice denies by default
 * NoBeginning     nobody saw which end began, as of connections older than the first policy
 * RecordFull      the caller has more denied flows than the record of the node holds
 * AllowedNow      it was denied, and the policies of now allow it
 * ```
 */
export const ruleReasons = ['Denied', 'Closed', 'Default', 'NoBeginning', 'RecordFull', 'AllowedNow'] as const;

/** The rule that denies a flow. */
export interface FlowRule {
  readonly reason: (typeof ruleReasons)[number];
  /** The policy that decides, with whose it is. */
  readonly policy?: string;
  readonly scope?: AccessScope;
  /** Index of the entry in `spec.from` of the policy. */
  readonly peer?: number;
}

/** The rule by which policies judge a flow: the same judgement as that of the kernel. */
export const ruleOf = (access: SliceAccess, flow: Flow): FlowRule => {
  const { allowed, scope, policy, peer } = judgeFlow(access, flow);
  if (allowed) return { reason: 'AllowedNow' };
  if (policy === undefined) return { reason: 'Default' };
  const denies = access.policies.find((one) => one.scope === scope && one.name === policy)?.action === 'Deny';
  return { reason: denies ? 'Denied' : 'Closed', policy, scope, ...(peer === undefined || !denies ? {} : { peer }) };
};

const withoutPolicy: Readonly<Record<Exclude<FlowRule['reason'], 'Denied' | 'Closed'>, string>> = {
  Default: 'default Deny of the slice',
  NoBeginning: 'its beginning was not seen',
  RecordFull: 'more flows than the record holds',
  AllowedNow: 'none any more: allowed now',
};

/** The rule as a short text for people. */
export const ruleText = ({ reason, policy = '', scope, peer }: FlowRule): string => {
  if (reason !== 'Denied' && reason !== 'Closed') return withoutPolicy[reason];
  const named = `${scope === 'owner' ? 'owner policy' : 'policy'} ${policy}`;
  return reason === 'Closed' ? `${named} allows others only` : `${named}${peer === undefined ? '' : ` from[${peer}]`} denies`;
};
