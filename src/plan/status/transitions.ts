import type { Condition } from '../../api/condition.ts';
import { isBad, isNamedAfterTrouble } from '../../api/condition-types.ts';
import type { Reason } from '../../api/reasons.ts';

/** A change of a condition, in the form of an Event. */
export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** A condition that is false for one of these reasons is in progress and needs no action. */
const underWay: ReadonlySet<string> = new Set<Reason>(['AwaitingCluster', 'LinksPending', 'WaitingForCluster', 'EndpointsNotAttached']);

/**
 * The changes between two lists of conditions, one line each. Only another status or reason counts: messages contain names and numbers that change
 * often.
 */
export const transitions = (before: readonly Condition[] | undefined, after: readonly Condition[] | undefined): Transition[] =>
  (after ?? []).flatMap((condition) => {
    const { type, status, reason, message } = condition;
    const last = before?.find((one) => one.type === type);
    if (last?.status === status && last.reason === reason) return [];
    // For these condition types False is good, and not reported if there was no condition before.
    const isGood = status !== 'Unknown' && !isBad(condition);
    if (isNamedAfterTrouble(type) && isGood && last === undefined) return [];
    return [{ type: isGood || underWay.has(reason) ? 'Normal' : 'Warning', reason, message }];
  });
