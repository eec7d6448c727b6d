import type { ClusterSpec } from '../api/cluster/type.ts';
import { type Condition, exceptionVerdicts, type Verdict } from '../api/condition.ts';
import type { ProjectSpec } from '../api/project/type.ts';
import type { ServiceExportSpec } from '../api/serviceexport/type.ts';
import type { SliceSpec } from '../api/slice/type.ts';

/** Type of the condition that names fields which are accepted and do nothing. */
const type = 'FieldsIgnored';

/**
 * Says which fields of an object are accepted and do nothing, so that nobody relies on them; nothing about an object that never had one. `before` are
 * its conditions as they are.
 */
export const ignoredVerdicts = (fields: readonly string[], before: readonly Condition[] | undefined): Verdict[] => {
  const message = `Accepted, but without effect in this version: ${fields.join(', ')}. Remove what you rely on.`;
  const ignored: Verdict = { type, status: 'True', reason: 'FieldsIgnored', message };
  const resolved: Verdict = { type, status: 'False', reason: 'Accepted', message: 'Every field that is set has an effect.' };
  return exceptionVerdicts(before, fields.length > 0 ? ignored : undefined, resolved);
};

/** A field with whether it asks for something that does not happen. */
type Asked = readonly [field: string, asked: boolean];

const askedFor = (fields: readonly Asked[]): string[] => fields.flatMap(([field, asked]) => (asked ? [field] : []));

const isSet = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

/** Fields of an export that do nothing: there are no gateways, and aliases are passed on to the other clusters but not answered. */
export const ignoredInExport = ({ ingressEnabled, aliases }: ServiceExportSpec): string[] =>
  askedFor([
    ['spec.ingressEnabled', ingressEnabled === true],
    ['spec.aliases', isSet(aliases)],
  ]);

/** Fields of a slice that do nothing: member namespaces are not isolated, so there is nobody to allow beside them. */
export const ignoredInSlice = ({ namespaceIsolationProfile: profile }: SliceSpec): string[] =>
  askedFor([
    ['spec.namespaceIsolationProfile.isolationEnabled', profile?.isolationEnabled === true],
    [
      'spec.namespaceIsolationProfile.allowedNamespaces (beside applicationNamespaces)',
      isSet(profile?.applicationNamespaces) && isSet(profile?.allowedNamespaces),
    ],
  ]);

/** Fields of a cluster that do nothing: addresses and interfaces of nodes are those that are detected. */
export const ignoredInCluster = ({ nodeIPs, networkInterface }: ClusterSpec): string[] =>
  askedFor([
    ['spec.nodeIPs', isSet(nodeIPs)],
    ['spec.networkInterface', networkInterface !== undefined && networkInterface !== ''],
  ]);

/** Fields of a project that do nothing: it makes no slice and no rights. */
export const ignoredInProject = ({ defaultSliceCreation, serviceAccount }: ProjectSpec): string[] =>
  askedFor([
    ['spec.defaultSliceCreation', defaultSliceCreation === true],
    ['spec.serviceAccount.readOnly', isSet(serviceAccount?.readOnly)],
    ['spec.serviceAccount.readWrite', isSet(serviceAccount?.readWrite)],
  ]);
