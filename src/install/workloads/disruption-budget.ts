import type { PodDisruptionBudget } from '../../values/builtin/pod-disruption-budget.ts';
import { type Component, componentName, metadata, selectorLabels } from '../metadata.ts';

/** Drains evict one copy of a program after the other. The budget never blocks a drain: a single copy may be evicted too. */
export const planDisruptionBudget = (component: Component, namespace: string): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(componentName(component), { namespace, component }),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(component) } },
});
