import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type Namespace = KubernetesObject & { readonly status?: { readonly phase?: 'Active' | 'Terminating' } };

export const namespaceKind: ResourceKind<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
