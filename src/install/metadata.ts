import { managedBy, managedByLabel } from '../api/labels.ts';
import type { ObjectMeta } from '../values/object.ts';

/** Installed programs; the account, role and workload of each are named `kubeslice-<component>`. */
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

/** Labels that select the pods of a component; they must never change, because selectors cannot. */
export const selectorLabels = (component: Component): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': 'kubeslice',
  'app.kubernetes.io/component': component,
});

/** Name of all objects of a component. */
export const componentName = (component: Component): string => `kubeslice-${component}`;

/** Metadata of an object of KubeSlice as a whole, or of one component. */
export const metadata = (name: string, options: { readonly namespace?: string; readonly component?: Component } = {}): ObjectMeta => ({
  name,
  ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  labels: {
    ...(options.component === undefined ? { 'app.kubernetes.io/name': 'kubeslice' } : selectorLabels(options.component)),
    [managedByLabel]: managedBy,
  },
});
