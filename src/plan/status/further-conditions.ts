import type { Condition } from '../../api/condition.ts';
import { isBad } from '../../api/condition-types.ts';

/** Conditions that have their own place in the list of problems, or report no problem. */
const elsewhere: ReadonlySet<string> = new Set(['Ready', 'Accepted', 'Degraded', 'HubReachable', 'NotReadyAddresses']);

/** The conditions of an object that report a problem beside the main ones, so that a new condition type is shown too. */
export const furtherTrouble = (conditions: readonly Condition[] | undefined): Condition[] =>
  (conditions ?? []).filter((condition) => !elsewhere.has(condition.type) && isBad(condition));

/** Conditions without which a cluster is useless, with the reasons that may pass by themselves. */
const vital: ReadonlyMap<string, readonly string[]> = new Map([['NamesWired', ['NamesPending']]]);

/** The severity of a bad condition. */
export const severityOf = ({ type, reason }: Pick<Condition, 'type' | 'reason'>): 'error' | 'warning' =>
  vital.get(type)?.includes(reason) === false ? 'error' : 'warning';
