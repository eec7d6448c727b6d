import type { Condition } from '../../api/condition.ts';
import { isBad } from '../../api/condition-types.ts';

/** Conditions that have their own place in the list of problems, or tell of nothing wrong. */
const elsewhere: ReadonlySet<string> = new Set(['Ready', 'Accepted', 'Degraded', 'HubReachable', 'NotReadyAddresses']);

/** The conditions of an object that tell of something wrong beside the main ones, so that a new one is shown, too. */
export const furtherTrouble = (conditions: readonly Condition[] | undefined): Condition[] =>
  (conditions ?? []).filter((condition) => !elsewhere.has(condition.type) && isBad(condition));

/** Conditions without which a cluster is of no use, by the reasons for which that may pass by itself. */
const vital: ReadonlyMap<string, readonly string[]> = new Map([['NamesWired', ['NamesPending']]]);

/** How bad it is that a condition is not as it should be. */
export const severityOf = ({ type, reason }: Pick<Condition, 'type' | 'reason'>): 'error' | 'warning' =>
  vital.get(type)?.includes(reason) === false ? 'error' : 'warning';
