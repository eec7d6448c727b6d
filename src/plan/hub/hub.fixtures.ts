import type { Cluster } from '../../api/cluster/type.ts';
import type { Slice, SliceSpec } from '../../api/slice/type.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';

/** A cluster that has joined, for tests. */
export const cluster = (name: string, status: Cluster['status'] = {}, joined = true): Cluster => ({
  apiVersion: 'controller.kubeslice.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, generation: 1 },
  spec: joined ? { caBundle: 'PEM' } : {},
  status,
});

/** A slice, for tests; `age` is the minute of its creation. */
export const slice = (name: string, spec: Partial<SliceSpec> = {}, age = 0): Slice => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    generation: 3,
    creationTimestamp: `2026-01-01T00:${String(age).padStart(2, '0')}:00Z`,
  },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: [`${name}-ns`] }, ...spec },
});

/** A report about links to some clusters, each as [up, total], the rest down; a third number gives how many are down; for tests. */
export const report = (
  nodes: number,
  links: Readonly<Record<string, readonly [up: number, total: number, down?: number]>> = {},
  more: Partial<LinksBody> = {},
): LinksBody => ({
  nodes,
  clusters: Object.entries(links).map(([cluster, [up, total, down = total - up]]) => ({ cluster, up, down, total })),
  worst: [],
  impaired: [],
  impairedNodes: 0,
  missingNodes: [],
  missing: 0,
  ...more,
});
