import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { SliceNode, SliceNodeStatus } from '../../api/slicenode/type.ts';
import type { Offer } from '../../exchange/offer.ts';
import type { ExportBody, ExportEndpoint } from '../../exchange/statement/export.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';

/** An export of `app-ns/web`, for tests. */
export const exported = (spec: Partial<ServiceExport['spec']> = {}, namespace = 'app-ns'): ServiceExport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name: 'web', namespace, uid: 'export', generation: 1 },
  spec: { slice: 'app', ...spec },
});

/** The Service `app-ns/web`, for tests. */
export const service = (
  spec: Service['spec'] = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'app-ns' },
  ...(spec === undefined ? {} : { spec }),
});

/** A pod with label `app=web`, for tests. */
export const pod = (name: string, ready = true, more: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'app-ns', uid: `uid-${name}`, labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', ports: [{ name: 'main', containerPort: 9000 }] }] },
  status: { phase: 'Running', podIP: '10.244.0.5', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  ...more,
});

/** A node of slice `app`, for tests. */
export const sliceNode = (node: string, status: SliceNodeStatus = {}): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: `app.${node}`, namespace: 'kubeslice-system' },
  spec: { slice: 'app', sliceUID: 'u', node, sliceSubnet: '10.0.0.0/16', blocks: ['10.0.0.0/26'], driver: 'Auto' },
  status,
});

/** An endpoint of a service, for tests. */
export const endpoint = (index: number, ready = true): ExportEndpoint => ({
  pod: `p${index}`,
  addresses: [`10.0.${index >> 8}.${index & 255}`],
  node: 'n1',
  ready,
});

/** What a cluster offers as `app-ns/web`, for tests. */
export const offer = (cluster: string, endpoints: readonly ExportEndpoint[], changes: Partial<ExportBody> = {}): Offer => {
  const body: ExportBody = {
    namespace: 'app-ns',
    name: 'web',
    created: '2026-01-01T00:00:00Z',
    type: 'ClusterSetIP',
    sessionAffinity: 'None',
    ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
    aliases: [],
    endpoints,
    ...changes,
  };
  return { cluster, issuedAt: '2026-01-01T00:00:00Z', body, parts: [{ shard: 0, serial: 7, endpoints: body.endpoints }], strays: [] };
};
