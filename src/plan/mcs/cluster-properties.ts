import { type AboutVersion, clusterPropertyKind, wellKnownProperties } from '../../api/about/kinds.ts';
import type { ClusterProperty } from '../../api/about/type.ts';
import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import { apiVersionOf } from '../../values/resource-kind.ts';

/** All inputs of the decision about the properties that identify this cluster. */
export interface PropertiesSnapshot {
  /** Every ClusterProperty of this cluster. */
  readonly seen: readonly ClusterProperty[];
  /** The name of this cluster and its project; undefined when the hub has removed it. */
  readonly member: { readonly cluster: string; readonly project: string } | undefined;
  /** The version in which this cluster is written to. */
  readonly version: AboutVersion;
  /** The conditions about this cluster so far. */
  readonly before: readonly Condition[] | undefined;
}

/** The decision: what to apply and to remove, and what to report. */
export interface PropertiesPlan {
  readonly apply: readonly ClusterProperty[];
  /** Names of properties. */
  readonly remove: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** Whether KubeSlice wrote a property; no other one is ever changed or removed. */
const isOwn = ({ metadata }: ClusterProperty): boolean => metadata.labels?.[managedByLabel] === managedBy;

/**
 * The properties that name this cluster and its clusterset (KEP-2149): the name under which the hub and the names of pods know it, and the project, which is
 * what its clusters have in common.
 *
 * ```
 * property                                     while a member                       otherwise
 * missing                                      is made                              stays so
 * of KubeSlice                                 has the value                        is removed
 * of somebody else, with the value             stays                                stays
 * of somebody else, with another value         stays, and a condition reports it    stays
 * ```
 */
export const planClusterProperties = ({ seen, member, version, before }: PropertiesSnapshot): PropertiesPlan => {
  const { cluster, clusterset } = wellKnownProperties;
  const wanted = new Map(member === undefined ? [] : [[cluster, member.cluster] as const, [clusterset, member.project] as const]);
  const others = new Map(seen.filter((property) => !isOwn(property)).map(({ metadata, spec }) => [metadata.name, spec?.value ?? '']));
  const conflicts = [...wanted].filter(([name, value]) => others.has(name) && others.get(name) !== value);
  return {
    apply: [...wanted].flatMap(([name, value]) => (others.has(name) ? [] : [propertyOf(name, value, version)])),
    remove: seen
      .filter((property) => isOwn(property) && !wanted.has(property.metadata.name as typeof cluster))
      .map(({ metadata }) => metadata.name),
    verdicts: verdictsOf(
      conflicts.map(([name, value]) => ({ name, value, others: others.get(name) ?? '' })),
      before,
    ),
  };
};

const propertyOf = (name: string, value: string, version: AboutVersion): ClusterProperty => {
  const kind = clusterPropertyKind(version);
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name, labels: { [managedByLabel]: managedBy } }, spec: { value } };
};

/** How much of a value a message shows; it may have 128 KB. */
const shown = (value: string): string => JSON.stringify(value.length > 63 ? `${value.slice(0, 63)}…` : value);

const verdictsOf = (
  conflicts: readonly { readonly name: string; readonly value: string; readonly others: string }[],
  before: readonly Condition[] | undefined,
): Verdict[] => {
  const type = 'ClusterIdentified';
  const list = conflicts.map(({ name, value, others }) => `${name} is ${shown(others)} and not ${shown(value)}`).join(', ');
  const names = conflicts.map(({ name }) => name).join(' ');
  return exceptionVerdicts(
    before,
    conflicts.length === 0
      ? undefined
      : {
          type,
          status: 'False',
          reason: 'PropertyOfOthers',
          message: `ClusterProperty ${list}, and KubeSlice did not write it, so it stays: programs that read it take this cluster for another one than KubeSlice does. "kubectl delete clusterproperty ${names}" lets KubeSlice set it, if nothing else needs it.`,
        },
    { type, status: 'True', reason: 'Accepted', message: 'Every ClusterProperty about this cluster has the value of KubeSlice.' },
  );
};
