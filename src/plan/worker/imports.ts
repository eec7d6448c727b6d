import { setCondition } from '../../api/condition.ts';
import { namespaceOfAbsent } from '../../api/imported-service.ts';
import {
  endpointSliceManager,
  endpointSliceManagerLabel,
  importedNamespaceLabel,
  importedServiceLabel,
  managedBy,
  managedByLabel,
  serialAnnotation,
  sliceLabel,
  sourceClusterLabel,
} from '../../api/labels.ts';
import type { ExportBody } from '../../api/notice/statement.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceImport, ServiceImportStatus } from '../../api/serviceimport/type.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { hash8 } from '../../values/hash.ts';
import { sortedBy } from '../../values/order.ts';

/** What one cluster offers under the name of a service, verified. */
export interface Offer {
  readonly cluster: string;
  readonly serial: number;
  /** When the cluster said so, RFC 3339. */
  readonly issuedAt: string;
  readonly body: ExportBody;
}

/** Endpoints that one EndpointSlice holds at the most (the API server's own limit). */
const endpointsPerSlice = 1000;

/** Name of an imported EndpointSlice; from a hash, because names joined by dashes are ambiguous. */
export const importedSliceName = (service: string, slice: string, cluster: string, part = 0, absentNamespace?: string): string =>
  `${service.slice(0, 200)}-${hash8([slice, cluster, ...(absentNamespace === undefined ? [] : [absentNamespace])].join('/'))}${part === 0 ? '' : `-${part}`}`;

/**
 * The EndpointSlices that stand for one cluster's offer: in the namespace of the service, or, while this cluster has no such namespace,
 * in that of KubeSlice, so that the name is found from the slice's other namespaces.
 */
export const importedEndpointSlices = (slice: string, offer: Offer, hasNamespace = true): EndpointSlice[] => {
  const { namespace, name, endpoints, ports } = offer.body;
  const parts = Math.max(1, Math.ceil(endpoints.length / endpointsPerSlice));
  return Array.from({ length: parts }, (_, part) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: importedSliceName(name, slice, offer.cluster, part, hasNamespace ? undefined : namespace),
      namespace: hasNamespace ? namespace : namespaceOfAbsent,
      labels: {
        ...(hasNamespace ? {} : { [importedNamespaceLabel]: namespace }),
        [sliceLabel]: slice,
        [importedServiceLabel]: name,
        [sourceClusterLabel]: offer.cluster,
        [endpointSliceManagerLabel]: endpointSliceManager,
        [managedByLabel]: managedBy,
      },
      annotations: { [serialAnnotation]: String(offer.serial) },
    },
    addressType: 'IPv4',
    endpoints: endpoints.slice(part * endpointsPerSlice, (part + 1) * endpointsPerSlice).map((endpoint) => ({
      addresses: [endpoint.address],
      conditions: { ready: endpoint.ready },
      nodeName: endpoint.node,
      targetRef: { kind: 'Pod', namespace, name: endpoint.pod },
    })),
    ports: ports.map((port, index) => ({
      name: port.name ?? (ports.length === 1 ? '' : `port-${index}`),
      protocol: port.protocol as 'TCP' | 'UDP' | 'SCTP',
      port: port.targetPort,
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    })),
  }));
};

/** The ServiceImport for the offers of all clusters; the oldest cluster name in order speaks for the ports. */
export const planImport = (
  slice: string,
  namespace: string,
  name: string,
  offers: readonly Offer[],
  seen: ServiceImport | undefined,
  now: number,
) => {
  const ordered = sortedBy(offers, (offer) => offer.cluster);
  const first = ordered[0]?.body;
  const ports = first?.ports ?? [];
  const dnsName = dnsNameOf(name, namespace);
  const ready = ordered.flatMap((offer) =>
    offer.body.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => ({ endpoint, offer })),
  );
  const total = ordered.reduce((sum, offer) => sum + offer.body.endpoints.length, 0);
  const clusters = ordered
    .map((offer) => `${offer.cluster} ${offer.body.endpoints.filter((endpoint) => endpoint.ready).length}`)
    .join(', ');
  const conditions = setCondition(
    seen?.status?.conditions,
    ready.length > 0
      ? { type: 'Ready', status: 'True', reason: 'Imported', message: `Ready endpoints by cluster: ${clusters}.` }
      : {
          type: 'Ready',
          status: 'False',
          reason: 'EndpointsNotReady',
          message: `0 ready endpoints of ${total} in ${ordered.length} clusters; see the ServiceExport in ${ordered.map((offer) => offer.cluster).join(', ')}.`,
        },
    seen?.metadata.generation,
    new Date(now),
  );
  const desired = {
    apiVersion: 'networking.kubeslice.io/v1beta1',
    kind: 'ServiceImport',
    metadata: { name, namespace, labels: { [sliceLabel]: slice, [managedByLabel]: managedBy } },
    spec: {
      slice,
      dnsName,
      ports: ports.map((port) => ({
        ...(port.name === undefined ? {} : { name: port.name }),
        containerPort: port.targetPort,
        servicePort: port.port,
        protocol: port.protocol,
      })),
      ...(first === undefined || first.aliases.length === 0 ? {} : { aliases: [...first.aliases] }),
    },
  };
  const status: ServiceImportStatus = {
    conditions: [...conditions],
    importStatus: ready.length > 0 ? 'READY' : 'PENDING',
    exposedPorts: ports.map((port) => `${port.targetPort}/${port.protocol}`).join(','),
    availableEndpoints: ready.length,
    lastSync: Math.max(0, ...ordered.map((offer) => Math.floor(Date.parse(offer.issuedAt) / 1000))),
    endpoints: ready.slice(0, 100).map(({ endpoint, offer }) => ({
      name: endpoint.pod,
      ip: endpoint.address,
      port: ports[0]?.targetPort ?? 0,
      clusterId: offer.cluster,
      dnsName: `${endpoint.pod}.${offer.cluster}.${dnsName}`,
    })),
  };
  return { desired, status };
};
