import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type PolicyRule = {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
};

export type Subject = {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
};

export type RoleReference = { readonly apiGroup: string; readonly kind: 'Role' | 'ClusterRole'; readonly name: string };

export type Role = KubernetesObject & { readonly rules: readonly PolicyRule[] | null };
export type RoleBinding = KubernetesObject & { readonly roleRef: RoleReference; readonly subjects?: readonly Subject[] };

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;

export const roleKind: ResourceKind<Role> = { ...rbac, kind: 'Role', plural: 'roles', namespaced: true };
export const roleBindingKind: ResourceKind<RoleBinding> = { ...rbac, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };
export const clusterRoleKind: ResourceKind<Role> = { ...rbac, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
export const clusterRoleBindingKind: ResourceKind<RoleBinding> = {
  ...rbac,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};
