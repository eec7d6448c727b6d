import type { ClusterSpec } from '../../api/cluster/type.ts';
import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { ProjectSpec } from '../../api/project/type.ts';
import type { ServiceExportSpec } from '../../api/serviceexport/type.ts';
import type { SliceSpec } from '../../api/slice/type.ts';

/** Type of the condition that names fields without effect. */
const type = 'FieldsIgnored';

/**
 * The condition that names the fields of an object that are accepted but have no effect; none for an object that never had one. `before` are its
 * current conditions.
 */
export const ignoredVerdicts = (fields: readonly string[], before: readonly Condition[] | undefined): Verdict[] => {
  const message = `Accepted, but without effect in this version: ${fields.join(', ')}. Remove what you rely on.`;
  const ignored: Verdict = { type, status: 'True', reason: 'FieldsIgnored', message };
  const resolved: Verdict = { type, status: 'False', reason: 'Accepted', message: 'Every field that is set has an effect.' };
  return exceptionVerdicts(before, fields.length > 0 ? ignored : undefined, resolved);
};

/** A field, and whether it requests something that has no effect. */
type Asked = readonly [field: string, asked: boolean];

const askedFor = (fields: readonly Asked[]): string[] => fields.flatMap(([field, asked]) => (asked ? [field] : []));

const isSet = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

/** Fields of an export without effect: there are no gateways, and aliases are passed on to the other clusters but do not resolve. */
export const ignoredInExport = ({ ingressEnabled, aliases }: ServiceExportSpec): string[] =>
  askedFor([
    ['spec.ingressEnabled', ingressEnabled === true],
    ['spec.aliases', isSet(aliases)],
  ]);

/** Fields of a slice without effect: member namespaces are not isolated, so there is nothing to allow beside them. */
export const ignoredInSlice = ({ namespaceIsolationProfile: profile }: SliceSpec): string[] =>
  askedFor([
    ['spec.namespaceIsolationProfile.isolationEnabled', profile?.isolationEnabled === true],
    [
      'spec.namespaceIsolationProfile.allowedNamespaces (beside applicationNamespaces)',
      isSet(profile?.applicationNamespaces) && isSet(profile?.allowedNamespaces),
    ],
  ]);

/** Fields of a cluster without effect: addresses and interfaces of nodes are always detected. */
export const ignoredInCluster = ({ nodeIPs, networkInterface }: ClusterSpec): string[] =>
  askedFor([
    ['spec.nodeIPs', isSet(nodeIPs)],
    ['spec.networkInterface', networkInterface !== undefined && networkInterface !== ''],
  ]);

/** Fields of a project without effect: it creates neither a slice nor rights. */
export const ignoredInProject = ({ defaultSliceCreation, serviceAccount }: ProjectSpec): string[] =>
  askedFor([
    ['spec.defaultSliceCreation', defaultSliceCreation === true],
    ['spec.serviceAccount.readOnly', isSet(serviceAccount?.readOnly)],
    ['spec.serviceAccount.readWrite', isSet(serviceAccount?.readWrite)],
  ]);
