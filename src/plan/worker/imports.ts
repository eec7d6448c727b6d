import { setCondition, type Verdict } from '../../api/condition.ts';
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
import type { ExportBody, ExportEndpoint } from '../../api/notice/statement.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceImport, ServiceImportStatus } from '../../api/serviceimport/type.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { hash8 } from '../../values/hash.ts';
import { sortedBy } from '../../values/order.ts';
import { type NodePath, nodePath } from '../dns/withdrawal.ts';

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
export const importedSliceName = (service: string, identity: readonly string[], part = 0): string =>
  `${service.slice(0, 200)}-${hash8(identity.join('/'))}${part === 0 ? '' : `-${part}`}`;

/**
 * The EndpointSlices that stand for one cluster's offer: in the namespace of the service, or, while this cluster has no such namespace,
 * in that of KubeSlice, so that the name is found from the slice's other namespaces.
 */
export const importedEndpointSlices = (slice: string, offer: Offer, hasNamespace: boolean): EndpointSlice[] => {
  const { namespace, name, endpoints, ports } = offer.body;
  const parts = Math.max(1, Math.ceil(endpoints.length / endpointsPerSlice));
  return Array.from({ length: parts }, (_, part) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: importedSliceName(name, hasNamespace ? [slice, offer.cluster] : [slice, offer.cluster, namespace], part),
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

type Offered = readonly { readonly endpoint: ExportEndpoint; readonly offer: Offer }[];

const importVerdict = (offers: readonly Offer[], ready: Offered, cutOff: Offered, total: number): Verdict => {
  const counted = (some: Offered): string =>
    offers
      .map(({ cluster }) => ({ cluster, count: some.filter(({ offer }) => offer.cluster === cluster).length }))
      .filter(({ count }) => count > 0 || cutOff.length === 0)
      .map(({ cluster, count }) => `${cluster} ${count}`)
      .join(', ');
  if (ready.length > 0) {
    const missing = cutOff.length === 0 ? '' : ` Not reached from here and withheld: ${counted(cutOff)}.`;
    const what = cutOff.length === 0 ? 'Ready endpoints' : 'Ready and reached endpoints';
    return { type: 'Ready', status: 'True', reason: 'Imported', message: `${what} by cluster: ${counted(ready)}.${missing}` };
  }
  if (cutOff.length > 0) {
    const message = `No node of this cluster reaches the ready endpoints (${counted(cutOff)}), so names are not answered with them; see "kubeslice links" on the hub.`;
    return { type: 'Ready', status: 'False', reason: 'LinkDown', message };
  }
  return {
    type: 'Ready',
    status: 'False',
    reason: 'EndpointsNotReady',
    message: `0 ready endpoints of ${total} in ${offers.length} clusters; see the ServiceExport in ${offers.map((offer) => offer.cluster).join(', ')}.`,
  };
};

/** Everything an import is decided from. */
export interface ImportSnapshot {
  readonly slice: string;
  /** Namespace of the service. */
  readonly namespace: string;
  /** Name of the service. */
  readonly name: string;
  /** What each cluster offers under that name. */
  readonly offers: readonly Offer[];
  /** The ServiceImport as it is. */
  readonly seen: ServiceImport | undefined;
  /** Nodes that nobody in this cluster reaches: DNS does not give out endpoints on them, and they are not counted. */
  readonly withheld: ReadonlySet<NodePath>;
}

/** The ServiceImport for the offers of all clusters; the first cluster in the order of names speaks for the ports. */
export const planImport = ({ slice, namespace, name, offers, seen, withheld }: ImportSnapshot, now: number) => {
  const ordered = sortedBy(offers, (offer) => offer.cluster);
  const first = ordered[0]?.body;
  const ports = first?.ports ?? [];
  const dnsName = dnsNameOf(name, namespace);
  const stated = ordered.flatMap((offer) =>
    offer.body.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => ({ endpoint, offer })),
  );
  const isCutOff = ({ endpoint, offer }: Offered[number]) => withheld.has(nodePath(slice, offer.cluster, endpoint.node));
  const cutOff = stated.filter(isCutOff);
  const ready = stated.filter((one) => !isCutOff(one));
  const total = ordered.reduce((sum, offer) => sum + offer.body.endpoints.length, 0);
  const conditions = setCondition(
    seen?.status?.conditions,
    importVerdict(ordered, ready, cutOff, total),
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
