import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import type { Verdict } from '../../api/condition.ts';
import { maxSlicePolicies } from '../../api/membership/schema.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { sortedBy } from '../../values/text/order.ts';

/** The policies that members get: those that change traffic, and of too many the oldest ones, so that a new one ends none that holds. */
const inForceOf = (policies: readonly AccessPolicy[]): AccessPolicy[] =>
  sortedBy(
    policies.filter(({ metadata, spec }) => spec.dryRun !== true && metadata.deletionTimestamp === undefined),
    ({ metadata }) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`,
  ).slice(0, maxSlicePolicies);

/** The policies of a slice for its members, in the order of their names; undefined when the slice has none and no default. */
export const planGrantedAccess = (slice: Slice, policies: readonly AccessPolicy[]): MembershipSpec['access'] => {
  const inForce = sortedBy(inForceOf(policies), ({ metadata }) => metadata.name);
  if (slice.spec.access === undefined && inForce.length === 0) return undefined;
  const access: NonNullable<MembershipSpec['access']> = {
    default: slice.spec.access?.default ?? 'Allow',
    policies: inForce.map(({ metadata: { name }, spec: { action, to, from, ports } }) => ({
      name,
      ...(action === undefined ? {} : { action }),
      ...(to === undefined ? {} : { to }),
      ...(from === undefined ? {} : { from }),
      ...(ports === undefined ? {} : { ports }),
    })),
  };
  return access;
};

/** A member that does not know a field of a policy. */
export interface NotKnowing {
  readonly cluster: string;
  /** Path of the field, as the member reports it. */
  readonly field: string;
}

/** The conditions of a policy on the hub; `inForce` has the names of the policies that {@link planGrantedAccess} gives to the members of its slice. */
export const slicePolicyVerdicts = (
  policy: AccessPolicy,
  slice: Slice | undefined,
  inForce: ReadonlySet<string>,
  members: number,
  notKnowing: readonly NotKnowing[] = [],
): Verdict[] => {
  const named = JSON.stringify(policy.spec.slice);
  const refused = (reason: Verdict['reason'], message: string): Verdict[] => [
    { type: 'Accepted', status: 'False', reason, message },
    { type: 'Enforced', status: 'False', reason, message },
  ];
  if (slice === undefined) return refused('SliceNotFound', `There is no slice ${named} in this namespace; the policy has no effect.`);
  if (policy.spec.dryRun !== true && !inForce.has(policy.metadata.name))
    return refused(
      'TooManyPolicies',
      `Slice ${named} has room for ${maxSlicePolicies} policies, and as many are older; this one has no effect. Delete others, or join several into one.`,
    );
  const message = `The policy is granted to the ${members} members of slice ${named}; each enforces it on its nodes.`;
  const [older] = notKnowing;
  const accepted: Verdict =
    older === undefined
      ? { type: 'Accepted', status: 'True', reason: 'Accepted', message }
      : {
          type: 'Accepted',
          status: 'False',
          reason: 'FieldUnknown',
          message: `${notKnowing.length} of ${members} members are too old for this policy: ${older.cluster} does not know ${older.field} and denies what the rest of the policy selects; upgrade it, or leave the field out.`,
        };
  return [
    accepted,
    ...(policy.spec.dryRun === true
      ? [{ type: 'Enforced', status: 'False', reason: 'DryRun', message: 'The policy has dryRun and changes no traffic.' } as const]
      : []),
  ];
};
