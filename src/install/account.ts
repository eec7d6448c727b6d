import type { PolicyRule, Role, RoleBinding } from '../values/builtin/rbac.ts';
import type { ServiceAccount } from '../values/builtin/service-account.ts';
import type { KubernetesObject } from '../values/object.ts';
import { type Component, componentName, metadata } from './metadata.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** What the account of a component may do: everywhere, and in single namespaces only. */
export interface Rights {
  readonly everywhere: readonly PolicyRule[];
  readonly in: Readonly<Record<string, readonly PolicyRule[]>>;
}

/** Verbs of a reader that keeps a mirror. */
export const read = ['get', 'list', 'watch'] as const;
/** Verbs of an owner that creates, changes and removes. */
export const own = [...read, 'create', 'update', 'patch', 'delete'] as const;
/** The same for kinds of which many objects are removed at once. */
export const ownMany = [...own, 'deletecollection'] as const;
/** Verbs for an object that exists already and is known by name. */
export const change = ['get', 'update', 'patch'] as const;

/** What every program needs to see whether who asks for its metrics may read them. It tells nothing that whoever holds the token does not know. */
export const judgeReaders: readonly PolicyRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];

/** The account of a component in its namespace, and its roles and bindings. */
export const planAccount = (component: Component, namespace: string, rights: Rights): KubernetesObject[] => {
  const name = componentName(component);
  const subjects = [{ kind: 'ServiceAccount' as const, name, namespace }];
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(name, { namespace, component }) };
  const clusterRole: Role = { apiVersion, kind: 'ClusterRole', metadata: metadata(name, { component }), rules: rights.everywhere };
  const clusterBinding: RoleBinding = {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name, { component }),
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects,
  };
  const local = Object.entries(rights.in).flatMap(([place, rules]): (Role | RoleBinding)[] => [
    { apiVersion, kind: 'Role', metadata: metadata(name, { namespace: place, component }), rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: metadata(name, { namespace: place, component }),
      roleRef: { apiGroup, kind: 'Role', name },
      subjects,
    },
  ]);
  return [account, ...(rights.everywhere.length === 0 ? [] : [clusterRole, clusterBinding]), ...local];
};
