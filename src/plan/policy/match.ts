import type { LabelSelector } from '../../values/builtin/label-selector.ts';
import { selects } from '../exports/pods/selector.ts';
import type { AccessIdentity, AccessSelector } from './access.ts';

/** Whether a selector matches: `maybe` when it depends on what is not known of a pod. */
export type Match = 'yes' | 'no' | 'maybe';

/** What is known of an address. */
export interface Known {
  /** The cluster whose block has the address; undefined for none. */
  readonly cluster: string | undefined;
  /** The pod with the address; undefined while no node stated one. */
  readonly identity: AccessIdentity | undefined;
}

/** Whether a selector asks for more than the cluster, which follows from the address alone. */
export const needsIdentity = ({ namespaces, serviceAccounts, podSelector }: AccessSelector): boolean =>
  namespaces !== undefined || serviceAccounts !== undefined || podSelector !== undefined;

const keysOf = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string[] => [
  ...Object.keys(matchLabels),
  ...matchExpressions.map(({ key }) => key),
];

const all = (parts: readonly Match[]): Match => (parts.includes('no') ? 'no' : parts.includes('maybe') ? 'maybe' : 'yes');

const oneOf = (allowed: readonly string[] | undefined, value: string | undefined): Match =>
  allowed === undefined ? 'yes' : value === undefined ? 'maybe' : allowed.includes(value) ? 'yes' : 'no';

const labelsMatch = (selector: LabelSelector | undefined, identity: AccessIdentity | undefined): Match => {
  if (selector === undefined) return 'yes';
  if (identity === undefined) return 'maybe';
  const { labels, labelKeys } = identity;
  // An unknown label can be anything, also absent, which `NotIn` and `DoesNotExist` match.
  if (labelKeys !== undefined && keysOf(selector).some((key) => !labelKeys.includes(key))) return 'maybe';
  return selects(selector, labels) ? 'yes' : 'no';
};

/** Whether a selector matches the pod with an address. */
export const matches = (selector: AccessSelector, { cluster, identity }: Known): Match =>
  all([
    // An address in no block belongs to no cluster; that is known.
    oneOf(selector.clusters, cluster ?? ''),
    oneOf(selector.namespaces, identity?.namespace),
    oneOf(selector.serviceAccounts, identity?.serviceAccount),
    labelsMatch(selector.podSelector, identity),
  ]);
