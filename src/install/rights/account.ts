import type { PolicyRule, Role, RoleBinding } from '../../values/builtin/rbac.ts';
import type { ServiceAccount } from '../../values/builtin/service-account.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { type Component, componentName, metadata } from '../metadata.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** The rights of a component's account: in the whole cluster, and in single namespaces. */
export interface Rights {
  readonly everywhere: readonly PolicyRule[];
  readonly in: Readonly<Record<string, readonly PolicyRule[]>>;
}

/** Verbs of a reader with a mirror. */
export const read = ['get', 'list', 'watch'] as const;
/** Verbs of an owner that creates, changes and deletes. */
export const own = [...read, 'create', 'update', 'patch', 'delete'] as const;
/** Verbs of an owner that also deletes many objects at once. */
export const ownMany = [...own, 'deletecollection'] as const;
/** Verbs for an existing object with a known name. */
export const change = ['get', 'update', 'patch'] as const;

/**
 * The rights that every program needs to check whether a client may read its metrics. The answer contains only what the owner of the token knows
 * already.
 */
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
