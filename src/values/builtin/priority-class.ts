import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type PriorityClass = KubernetesObject & { readonly value: number; readonly globalDefault?: boolean; readonly description?: string };

export const priorityClassKind: ResourceKind<PriorityClass> = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
};
