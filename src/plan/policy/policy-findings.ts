import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { AccessPolicyFacts, AccessPorts, AccessSelector } from './access.ts';

/** What a policy is compared with. */
export interface FindingsSnapshot {
  readonly policy: AccessPolicyFacts;
  /** All policies in force that are known here. */
  readonly policies: readonly AccessPolicyFacts[];
  /** Clusters of the slice. */
  readonly clusters: readonly string[];
  /** Namespaces of the slice. */
  readonly namespaces: readonly string[];
  /** How many pods here it selects; undefined where that is not known. */
  readonly selected: number | undefined;
  /** The current conditions of the policy. */
  readonly before: readonly Condition[] | undefined;
}

/**
 * The conditions of a policy that is valid and probably not what its owner means; none for a policy that never had one.
 *
 * ```
 * NamesUnknown      it names a cluster or a namespace that the slice does not have
 * SelectsNothing    it selects no pod that is in the slice
 * Overridden        it allows what another policy denies to all whom it allows
 * ```
 */
export const policyFindings = ({ policy, policies, clusters, namespaces, selected, before }: FindingsSnapshot): Verdict[] => {
  const unknown = unknownNames(policy, clusters, namespaces);
  const denying = policy.action === 'Allow' ? policies.find((other) => other.action === 'Deny' && denies(other, policy))?.name : undefined;
  const finding = (type: Verdict['type'], reason: Verdict['reason'], message: string | undefined, resolved: string): Verdict[] =>
    exceptionVerdicts(before, message === undefined ? undefined : { type, status: 'True', reason, message }, {
      type,
      status: 'False',
      reason: 'Accepted',
      message: resolved,
    });
  return [
    ...finding(
      'NamesUnknown',
      'UnknownName',
      unknown.length === 0 ? undefined : `${unknown.slice(0, 5).join(' ')} Nothing matches a name that does not exist.`,
      'Every cluster and namespace that the policy names is in the slice.',
    ),
    ...finding(
      'SelectsNothing',
      'SelectsNoPod',
      selected === 0 ? 'No pod of this namespace that is in the slice matches spec.to; the policy has no effect yet.' : undefined,
      'The policy selects pods.',
    ),
    ...finding(
      'Overridden',
      'DeniedByPolicy',
      denying === undefined
        ? undefined
        : `Policy ${JSON.stringify(denying)} denies everything that this policy allows, and Deny wins; change one of them.`,
      'No other policy denies everything that this policy allows.',
    ),
  ];
};

const unknownNames = ({ to, from = [] }: AccessPolicyFacts, clusters: readonly string[], namespaces: readonly string[]): string[] => {
  const of = (kind: string, known: readonly string[], field: string, names: readonly string[] = []): string[] =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => `${field} names the ${kind} ${JSON.stringify(name)}, which is not in the slice.${didYouMean(name, known)}`);
  const all = (field: string, selector: AccessSelector): string[] => [
    ...of('cluster', clusters, field, selector.clusters),
    ...of('namespace', namespaces, field, selector.namespaces),
  ];
  return [...all('spec.to', to), ...from.flatMap((peer, at) => all(`spec.from[${at}]`, peer))];
};

/** Whether a policy denies all flows that another one allows, judged by their fields. */
const denies = (deny: AccessPolicyFacts, allow: AccessPolicyFacts): boolean =>
  includes(deny.to, allow.to) &&
  (deny.from === undefined || allow.from?.every((caller) => deny.from?.some((denied) => includes(denied, caller))) === true) &&
  (deny.ports === undefined || allow.ports?.every((port) => deny.ports?.some((denied) => includesPorts(denied, port))) === true);

/** Whether every pod that `inner` matches is matched by `outer`; false when that depends on more than equal fields. */
const includes = (outer: AccessSelector, inner: AccessSelector): boolean =>
  within(inner.clusters, outer.clusters) &&
  within(inner.namespaces, outer.namespaces) &&
  within(inner.serviceAccounts, outer.serviceAccounts) &&
  (outer.podSelector === undefined ||
    JSON.stringify(outer.podSelector) === '{}' ||
    JSON.stringify(outer.podSelector) === JSON.stringify(inner.podSelector));

const within = (inner: readonly string[] | undefined, outer: readonly string[] | undefined): boolean =>
  outer === undefined || inner?.every((name) => outer.includes(name)) === true;

const includesPorts = (outer: AccessPorts, inner: AccessPorts): boolean =>
  outer.protocol === inner.protocol &&
  (outer.port === undefined ||
    (inner.port !== undefined && inner.port >= outer.port && (inner.endPort ?? inner.port) <= (outer.endPort ?? outer.port)));
