import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';
import type { LabelSelector } from './label-selector.ts';

export type PodDisruptionBudget = KubernetesObject & {
  readonly spec?: {
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly selector?: LabelSelector;
  };
};

export const podDisruptionBudgetKind: ResourceKind<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
};
