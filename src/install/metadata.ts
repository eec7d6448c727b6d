import { managedBy, managedByLabel } from '../api/labels.ts';
import type { ObjectMeta } from '../values/object.ts';

/** Programs that are installed; each names its account, role and workload `kubeslice-<component>`. */
export type Component =
  | 'controller'
  | 'worker'
  | 'agent'
  | 'dns'
  | 'agent-cleanup'
  | 'cluster-dns'
  | 'hub-definitions'
  | 'hub-removal'
  | 'member-definitions'
  | 'member-removal';

/** Labels by which the pods of a component are selected; they must never change, since selectors cannot. */
export const selectorLabels = (component: Component): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': 'kubeslice',
  'app.kubernetes.io/component': component,
});

/** Name of everything that belongs to a component. */
export const componentName = (component: Component): string => `kubeslice-${component}`;

/** Metadata of an object that belongs to KubeSlice as a whole, or to one component of it. */
export const metadata = (name: string, options: { readonly namespace?: string; readonly component?: Component } = {}): ObjectMeta => ({
  name,
  ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  labels: {
    ...(options.component === undefined ? { 'app.kubernetes.io/name': 'kubeslice' } : selectorLabels(options.component)),
    [managedByLabel]: managedBy,
  },
});
