import type { PodDisruptionBudget } from '../values/builtin/pod-disruption-budget.ts';
import { type Component, componentName, metadata, selectorLabels } from './metadata.ts';

/** Drains take one copy of a program after the other. It never keeps a node from being drained: a single copy may go, too. */
export const planDisruptionBudget = (component: Component, namespace: string): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(componentName(component), { namespace, component }),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(component) } },
});
