import { memberNamespace } from '../../api/places.ts';
import { corednsConfigMap, kubeDnsConfigMap, otherCorefiles } from '../../api/stub-block.ts';
import type { PolicyRule, Role, RoleBinding } from '../../values/builtin/rbac.ts';
import { componentName, metadata } from '../metadata.ts';
import { change, read } from './account.ts';

const { namespace: system, main, custom } = corednsConfigMap;
const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** Label value of rights that only this cluster needs. */
export const clusterDnsComponent = 'cluster-dns';

/** The rights of the worker on the configuration of cluster DNS, in all places where distributions have it. A policy limits the content. */
export const knownClusterDns: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [main, custom], verbs: [...read, 'update', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [...otherCorefiles], verbs: change },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [kubeDnsConfigMap.name], verbs: [...change, 'delete'] },
  // Creation cannot be limited by name in a role; the policy kubeslice-cluster-dns does it.
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
];

const known = new Set<string>([main, custom, ...otherCorefiles]);

/** A role for the worker in each namespace whose cluster DNS reads a Corefile in an unusual place: a chart may use any name. */
export const planClusterDnsRights = (
  corefiles: readonly { readonly namespace: string; readonly name: string }[],
): (Role | RoleBinding)[] => {
  const others = corefiles.filter(({ namespace, name }) => namespace !== system || !known.has(name));
  return [...new Set(others.map(({ namespace }) => namespace))].flatMap((namespace): (Role | RoleBinding)[] => {
    const resourceNames = others.filter((one) => one.namespace === namespace).map(({ name }) => name);
    const meta = metadata(componentName(clusterDnsComponent), { namespace, component: clusterDnsComponent });
    return [
      { apiVersion, kind: 'Role', metadata: meta, rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames, verbs: change }] },
      {
        apiVersion,
        kind: 'RoleBinding',
        metadata: meta,
        roleRef: { apiGroup, kind: 'Role', name: meta.name },
        // Also for the Job that removes the zone before a tool removes the installation.
        subjects: (['worker', 'member-removal'] as const).map((component) => ({
          kind: 'ServiceAccount' as const,
          name: componentName(component),
          namespace: memberNamespace,
        })),
      },
    ];
  });
};
