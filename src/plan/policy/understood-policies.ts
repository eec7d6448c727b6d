import * as z from 'zod';
import { accessRuleFields } from '../../api/accesspolicy/schema.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';

type Granted = NonNullable<MembershipSpec['access']>;
type GrantedPolicy = NonNullable<Granted['policies']>[number];

/** A policy with a field that this version does not know, or with a value of one that it does not know. */
export interface UnknownField {
  /** Name of the policy. */
  readonly policy: string;
  /** Path of the first such field, such as `spec.to.services`. */
  readonly field: string;
}

/** The policies of a grant as this version can enforce them. */
export interface UnderstoodPolicies {
  readonly access: Granted;
  readonly unknown: readonly UnknownField[];
}

const rule = z.object({ name: z.string(), ...accessRuleFields });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Path of the first field that a reader has dropped; undefined when it kept all. Lists keep their length. */
const dropped = (given: unknown, read: unknown, path: string): string | undefined => {
  if (Array.isArray(given) && Array.isArray(read)) return firstOf(given.map((one, at) => [`${path}[${at}]`, one, read[at]] as const));
  if (!isRecord(given) || !isRecord(read)) return undefined;
  return firstOf(Object.keys(given).map((key) => [`${path}.${key}`, given[key], key in read ? read[key] : missing] as const));
};

/** In place of a field that a reader has dropped. */
const missing = Symbol('missing');

const firstOf = (parts: readonly (readonly [path: string, given: unknown, read: unknown])[]): string | undefined => {
  for (const [path, given, read] of parts) {
    const found = read === missing ? path : dropped(given, read, path);
    if (found !== undefined) return found;
  }
  return undefined;
};

const unknownField = (policy: GrantedPolicy): string | undefined => {
  const read = rule.safeParse(policy);
  if (read.success) return dropped(policy, read.data, 'spec');
  const path = read.error.issues[0]?.path ?? [];
  return path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`), 'spec');
};

/** Denies everybody what the known fields of a policy select: what is not understood must not let anybody call, and closes what it may concern. */
const closed = ({ name, to }: GrantedPolicy): GrantedPolicy => {
  const known = accessRuleFields.to.safeParse(to);
  return { name, action: 'Deny', ...(known.success && known.data !== undefined ? { to: known.data } : {}) };
};

/**
 * The policies that a hub grants, as this version can enforce them. A hub of a later version may grant a policy with a field that is not known here;
 * without it the policy would allow or select other pods than its owner wrote. So it denies all that the rest of `to` selects, and is reported.
 */
export const understoodPolicies = (access: Granted): UnderstoodPolicies => {
  const unknown: UnknownField[] = [];
  const policies = (access.policies ?? []).map((policy) => {
    const field = unknownField(policy);
    if (field === undefined) return policy;
    unknown.push({ policy: policy.name, field });
    return closed(policy);
  });
  return { access: unknown.length === 0 ? access : { ...access, policies }, unknown };
};
