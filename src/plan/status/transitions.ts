import type { Condition } from '../../api/condition.ts';
import { isBad, isNamedAfterTrouble } from '../../api/condition-types.ts';
import type { Reason } from '../../api/reasons.ts';

/** A change of a condition, as an Event describes it. */
export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** A condition that is false for one of these reasons is on its way; nobody has to do anything. */
const underWay: ReadonlySet<string> = new Set<Reason>(['AwaitingCluster', 'LinksPending', 'WaitingForCluster', 'EndpointsNotAttached']);

/**
 * What has changed in the conditions of an object, one line each. Only another status or reason counts: messages name pairs and numbers, which come
 * and go by the second.
 */
export const transitions = (before: readonly Condition[] | undefined, after: readonly Condition[] | undefined): Transition[] =>
  (after ?? []).flatMap((condition) => {
    const { type, status, reason, message } = condition;
    const last = before?.find((one) => one.type === type);
    if (last?.status === status && last.reason === reason) return [];
    // Of these conditions False is the good one, and no news where there was none before.
    const isGood = status !== 'Unknown' && !isBad(condition);
    if (isNamedAfterTrouble(type) && isGood && last === undefined) return [];
    return [{ type: isGood || underWay.has(reason) ? 'Normal' : 'Warning', reason, message }];
  });
