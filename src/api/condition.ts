import type * as z from 'zod';
import { boundedText } from '../values/text/bounded-text.ts';
import type { ConditionType } from './condition-types.ts';
import type { conditionSchema } from './conditions.ts';
import type { Reason } from './reasons.ts';

/** A standard Kubernetes condition. */
export type Condition = z.output<typeof conditionSchema>;

/** A condition that is not part of an object yet. */
export interface Verdict {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}

/** A verdict with types and reasons of any API. */
type AnyVerdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * Maximum number of bytes of UTF-8 in the message of a condition: metav1.Condition allows 32,768 characters, and an object must hold several
 * conditions.
 */
export const maxMessageBytes = 32_768;

/**
 * The list with the condition set: other types stay, order is by type, and `lastTransitionTime` changes only with the status. A message longer than
 * {@link maxMessageBytes} is cut, with a mark: the API server would refuse it, and the old condition would stay. Returns the same list when nothing
 * differs, so that callers can skip the write by identity.
 */
export const setCondition = (
  list: readonly Condition[] | undefined,
  verdict: AnyVerdict,
  generation: number | undefined,
  now: Date,
): readonly Condition[] => {
  const message = boundedText(verdict.message, maxMessageBytes);
  const before = list?.find((condition) => condition.type === verdict.type);
  const unchanged =
    before !== undefined &&
    before.status === verdict.status &&
    before.reason === verdict.reason &&
    before.message === message &&
    before.observedGeneration === generation;
  if (list !== undefined && unchanged) return list;
  const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : now.toISOString();
  const next: Condition = {
    ...verdict,
    message,
    lastTransitionTime,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  return [...(list ?? []).filter((condition) => condition.type !== verdict.type), next].toSorted((a, b) => (a.type < b.type ? -1 : 1));
};

/** The condition of the given type, if it exists. */
export const conditionOf = (list: readonly Condition[] | undefined, type: string): Condition | undefined =>
  list?.find((condition) => condition.type === type);

/**
 * The conditions of a type that appears only with a problem: `exception` while there is one, `resolved` afterwards, and none for an object that never
 * had the condition. `before` are its current conditions.
 */
export const exceptionVerdicts = (
  before: readonly Condition[] | undefined,
  exception: Verdict | undefined,
  resolved: Verdict,
): Verdict[] => {
  if (exception !== undefined) return [exception];
  return conditionOf(before, resolved.type) === undefined ? [] : [resolved];
};
