import { type Condition, exceptionVerdicts, setCondition, type Verdict } from '../../api/condition.ts';
import { calledPortsText, namespaceOfAbsent } from '../../api/imported-service.ts';
import {
  affinitySecondsAnnotation,
  endpointSliceManager,
  endpointSliceManagerLabel,
  heldAnnotation,
  importedNamespaceLabel,
  importedServiceLabel,
  internalTrafficPolicyAnnotation,
  managedBy,
  managedByLabel,
  serialAnnotation,
  serviceAddressAnnotation,
  servicePortsAnnotation,
  serviceTypeAnnotation,
  sessionAffinityAnnotation,
  sliceLabel,
  sourceClusterLabel,
  trafficDistributionAnnotation,
} from '../../api/labels.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceImport, ServiceImportStatus } from '../../api/serviceimport/type.ts';
import type { Offer } from '../../exchange/judgement/offer.ts';
import type { ExportEndpoint, ExportPort } from '../../exchange/statement/export.ts';
import { takesConnections } from '../../exchange/statement/takes-connections.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { defaultAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { hash8 } from '../../values/text/hash.ts';
import { sortedBy } from '../../values/text/order.ts';
import type { ServiceAddress } from '../ipam/service-addresses.ts';
import { type NodePath, nodePath } from '../names/withdrawal.ts';
import { portText } from './export-ports.ts';
import type { OffersOfName } from './offer-conflict.ts';
import { usableMetadata } from './properties/exported-metadata.ts';
import { policiesOf } from './properties/traffic-policies.ts';

/** Name of an imported EndpointSlice; it contains a hash, because names joined by dashes are ambiguous. */
export const importedSliceName = (service: string, identity: readonly string[], part: string): string =>
  `${service.slice(0, 200)}-${hash8(identity.join('/'))}${part === '0' ? '' : `-${part}`}`;

/** Target ports of an endpoint, in the order of the export's ports. */
const targetsOf = (ports: readonly ExportPort[], { targetPorts }: ExportEndpoint): readonly number[] =>
  ports.map(({ targetPort }, index) => targetPorts?.[index] ?? targetPort);

/** An EndpointSlice of type IPv4 refuses an endpoint without such an address. */
const hasIpv4 = ({ addresses }: ExportEndpoint): boolean => addresses.some((address) => !address.includes(':'));

/**
 * The endpoints of one part by their target ports, because an EndpointSlice has one list of ports for all its endpoints; there is always one group.
 */
const byTargets = (ports: readonly ExportPort[], endpoints: readonly ExportEndpoint[]) => {
  const groups = new Map<string, { readonly targets: readonly number[]; readonly endpoints: ExportEndpoint[] }>();
  for (const endpoint of endpoints) {
    const targets = targetsOf(ports, endpoint);
    const group = groups.get(targets.join()) ?? { targets, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(targets.join(), group);
  }
  return groups.size === 0 ? [{ targets: ports.map(({ targetPort }) => targetPort), endpoints: [] }] : [...groups.values()];
};

/**
 * The EndpointSlices for one cluster's offer, one for each part of it: in the namespace of the service, or, while this cluster has no such namespace,
 * in that of KubeSlice, so that the name resolves in the slice's other namespaces. All that names and nodes need of the service is in them, so that it
 * changes at once: its address, if it has one, the ports that clients call, session affinity and traffic policies.
 *
 * @param isHeld nodes prepare for the service, and names give no answer yet
 */
export const importedEndpointSlices = (
  slice: string,
  offer: Offer,
  hasNamespace: boolean,
  address: string | undefined,
  isHeld = false,
): EndpointSlice[] => {
  const { namespace, name, type, ports, sessionAffinity, affinitySeconds, internalTrafficPolicy, trafficDistribution } = offer.body;
  const ofService = {
    ...(isHeld ? { [heldAnnotation]: 'true' } : {}),
    ...(type === 'Headless' ? { [serviceTypeAnnotation]: type } : {}),
    ...(address === undefined ? {} : { [serviceAddressAnnotation]: address }),
    [servicePortsAnnotation]: calledPortsText(ports),
    ...(sessionAffinity === 'ClientIP' ? { [sessionAffinityAnnotation]: sessionAffinity } : {}),
    ...(sessionAffinity === 'ClientIP' && affinitySeconds !== undefined ? { [affinitySecondsAnnotation]: String(affinitySeconds) } : {}),
    ...(type === 'Headless' || internalTrafficPolicy === undefined ? {} : { [internalTrafficPolicyAnnotation]: internalTrafficPolicy }),
    ...(type === 'Headless' || trafficDistribution === undefined ? {} : { [trafficDistributionAnnotation]: trafficDistribution }),
  };
  // Consumers find the port of a ServiceImport by its name, also when it has none.
  const isOnlyNameless = ports.filter((port) => port.name === undefined).length === 1;
  const identity = hasNamespace ? [slice, offer.cluster] : [slice, offer.cluster, namespace];
  return offer.parts.flatMap(({ shard, serial, endpoints }) =>
    byTargets(ports, endpoints).map(
      ({ targets, endpoints: held }, group): EndpointSlice => ({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: importedSliceName(name, identity, group === 0 ? String(shard) : `${shard}-${group}`),
          namespace: hasNamespace ? namespace : namespaceOfAbsent,
          labels: {
            ...(hasNamespace ? {} : { [importedNamespaceLabel]: namespace }),
            [sliceLabel]: slice,
            [importedServiceLabel]: name,
            [sourceClusterLabel]: offer.cluster,
            [endpointSliceManagerLabel]: endpointSliceManager,
            [managedByLabel]: managedBy,
          },
          annotations: { [serialAnnotation]: String(serial), ...ofService },
        },
        addressType: 'IPv4',
        endpoints: held.filter(hasIpv4).map(({ addresses, hostname, ready, terminating, node, pod }) => ({
          addresses: addresses.filter((address) => !address.includes(':')),
          ...(hostname === undefined ? {} : { hostname }),
          conditions: terminating === true ? { ready: false, serving: ready, terminating } : { ready },
          nodeName: node,
          targetRef: { kind: 'Pod', namespace, name: pod },
        })),
        ports: ports.map((port, index) => ({
          name: port.name ?? (isOnlyNameless ? '' : `port-${index}`),
          protocol: port.protocol,
          port: targets[index] ?? port.targetPort,
          ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
        })),
      }),
    ),
  );
};

type Offered = readonly { readonly endpoint: ExportEndpoint; readonly offer: Offer }[];

const importVerdict = (offers: readonly Offer[], ready: Offered, cutOff: Offered, total: number, isOnlyOnNode: boolean): Verdict => {
  const counted = (some: Offered): string => {
    const counts = new Map<string, number>();
    for (const { offer } of some) counts.set(offer.cluster, (counts.get(offer.cluster) ?? 0) + 1);
    return offers
      .map(({ cluster }) => ({ cluster, count: counts.get(cluster) ?? 0 }))
      .filter(({ count }) => count > 0 || cutOff.length === 0)
      .map(({ cluster, count }) => `${cluster} ${count}`)
      .join(', ');
  };
  if (ready.length > 0) {
    const missing = cutOff.length === 0 ? '' : ` Not reachable from this cluster and withheld: ${counted(cutOff)}.`;
    const onlyOnNode = isOnlyOnNode
      ? ' A client gets those on its own node only, and is refused where there is none (internalTrafficPolicy: Local).'
      : '';
    const what = cutOff.length === 0 ? 'Ready endpoints' : 'Ready and reachable endpoints';
    return { type: 'Ready', status: 'True', reason: 'Imported', message: `${what} by cluster: ${counted(ready)}.${missing}${onlyOnNode}` };
  }
  if (cutOff.length > 0) {
    const message = `No node of this cluster reaches the ready endpoints (${counted(cutOff)}), so DNS withholds them; see "kubeslice links" on the hub.`;
    return { type: 'Ready', status: 'False', reason: 'LinkDown', message };
  }
  return {
    type: 'Ready',
    status: 'False',
    reason: 'EndpointsNotReady',
    message: `0 ready endpoints of ${total} in ${offers.length} clusters; see the ServiceExport in ${offers.map((offer) => offer.cluster).join(', ')}.`,
  };
};

/** Maximum number of aliases in a ServiceImport. */
const maxAliases = 32;
/** Maximum number of ports in a ServiceImport; with more the API server would refuse it. */
const maxPorts = 64;

/** Every usable endpoint of an offer. */
const endpointsOf = ({ parts }: Offer): ExportEndpoint[] => parts.flatMap(({ endpoints }) => endpoints);

/** The ports of all offers, each from the oldest one that has it. */
const unitedPorts = (oldestFirst: readonly Offer[]): ExportPort[] => {
  const ports = new Map<string, ExportPort>();
  for (const { body } of oldestFirst)
    for (const port of body.ports) if (!ports.has(`${port.port}/${port.protocol}`)) ports.set(`${port.port}/${port.protocol}`, port);
  return [...ports.values()];
};

/** The condition about exports of the name that differ. None if there never was a conflict. */
const conflictVerdict = ({ conflicts }: OffersOfName, seen: ServiceImport | undefined): Verdict[] => {
  const type = 'Conflict';
  const list = conflicts.slice(0, 10).map(({ younger, older, what }) => `${younger} has ${what} as in ${older}`);
  const message = `Younger exports of the name differ from older ones, which count: ${list.join(', ')}.`;
  const conflict: Verdict = { type, status: 'True', reason: 'ExportConflict', message };
  const resolved: Verdict = { type, status: 'False', reason: 'Imported', message: 'The exports of this name agree.' };
  return exceptionVerdicts(seen?.status?.conditions, conflicts.length > 0 ? conflict : undefined, resolved);
};

/** The condition about endpoints that the exporters do not publish. None if there never were any. */
const omittedImportVerdict = (offers: readonly Offer[], seen: ServiceImport | undefined): Verdict[] => {
  const type = 'EndpointsOmitted';
  const lacking = offers.flatMap(({ cluster, body: { omitted } }) => (omitted === undefined ? [] : [`${cluster} ${omitted}`]));
  const message = `Endpoints that clusters do not publish, because the export is over capacity: ${lacking.join(', ')}. Divide the service there.`;
  const exception: Verdict = { type, status: 'True', reason: 'TooManyEndpoints', message };
  const resolved: Verdict = { type, status: 'False', reason: 'Imported', message: 'Every endpoint is published.' };
  return exceptionVerdicts(seen?.status?.conditions, lacking.length > 0 ? exception : undefined, resolved);
};

/** The condition about a service without an address, because the range is full. None if there never was a problem. */
const addressVerdict = (address: ServiceAddress | undefined, seen: ServiceImport | undefined): Verdict[] => {
  const type = 'NoServiceAddress';
  const message =
    address === undefined || 'ip' in address
      ? ''
      : `All ${address.size} addresses of the service range ${address.range} are in use in this cluster, so the name answers with the addresses of pods: clients must call the ports of the pods and must not cache the addresses. Delete exports that nobody uses, or create a slice with a larger sliceSubnet.`;
  const full: Verdict = { type, status: 'True', reason: 'ServiceRangeFull', message };
  const resolved: Verdict = { type, status: 'False', reason: 'ServiceAddressAssigned', message: 'The service has an address.' };
  return exceptionVerdicts(seen?.status?.conditions, message === '' ? undefined : full, resolved);
};

/** All inputs of the decision about an import. */
export interface ImportSnapshot {
  readonly slice: string;
  /** Namespace of the service. */
  readonly namespace: string;
  /** Name of the service. */
  readonly name: string;
  /** The offers of the clusters under the name as they are used, the oldest first, and in what they differed. */
  readonly offers: OffersOfName;
  /** The current ServiceImport. */
  readonly seen: ServiceImport | undefined;
  /** Nodes that this cluster does not reach: DNS withholds their endpoints, and they are not counted. */
  readonly withheld: Pick<ReadonlySet<NodePath>, 'has'>;
  /** Its service address, or that none is free; undefined for a service that gets none. */
  readonly address: ServiceAddress | undefined;
}

/** The ServiceImport for the offers of all clusters: the union of their ports, each from the oldest export that has it. */
export const planImport = ({ slice, namespace, name, offers, seen, withheld, address }: ImportSnapshot, now: number) => {
  const ordered = sortedBy(offers.used, (offer) => offer.cluster);
  const oldest = offers.used[0]?.body;
  const ports = unitedPorts(offers.used).slice(0, maxPorts);
  const aliases = [...new Set(offers.used.flatMap(({ body }) => body.aliases))].slice(0, maxAliases);
  const [exportedLabels, exportedAnnotations] = [usableMetadata(oldest?.labels), usableMetadata(oldest?.annotations)];
  const dnsName = dnsNameOf(name, namespace);
  const stated = ordered.flatMap((offer) =>
    endpointsOf(offer)
      .filter(takesConnections)
      .map((endpoint) => ({ endpoint, offer })),
  );
  const isCutOff = ({ endpoint, offer }: Offered[number]) => withheld.has(nodePath(slice, offer.cluster, endpoint.node));
  const cutOff = stated.filter(isCutOff);
  const ready = stated.filter((one) => !isCutOff(one));
  const total = ordered.reduce((sum, offer) => sum + endpointsOf(offer).length, 0);
  // Without a service address the name answers with pods, and clients choose.
  const isOnlyOnNode = oldest?.internalTrafficPolicy === 'Local' && address !== undefined && 'ip' in address;
  const at = new Date(now);
  const conditions = [
    importVerdict(ordered, ready, cutOff, total, isOnlyOnNode),
    ...conflictVerdict(offers, seen),
    ...omittedImportVerdict(ordered, seen),
    ...addressVerdict(address, seen),
  ].reduce<readonly Condition[]>(
    (list, verdict) => setCondition(list, verdict, seen?.metadata.generation, at),
    seen?.status?.conditions ?? [],
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
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      })),
      ...(aliases.length === 0 ? {} : { aliases }),
      ...(exportedLabels === undefined ? {} : { exportedLabels }),
      ...(exportedAnnotations === undefined ? {} : { exportedAnnotations }),
    },
  };
  const status: ServiceImportStatus = {
    conditions: [...conditions],
    ...(address === undefined || !('ip' in address) ? {} : { ips: [address.ip] }),
    importStatus: ready.length > 0 ? 'READY' : 'PENDING',
    servicePorts: ports.map(portText).join(','),
    exposedPorts: ports.map((port) => `${port.targetPort}/${port.protocol}`).join(','),
    ...(oldest === undefined ? {} : { type: oldest.type, sessionAffinity: oldest.sessionAffinity }),
    ...(oldest?.sessionAffinity === 'ClientIP' ? { sessionAffinitySeconds: oldest.affinitySeconds ?? defaultAffinitySeconds } : {}),
    ...(oldest === undefined || oldest.type === 'Headless' ? {} : policiesOf(oldest)),
    clusters: ordered.map(({ cluster }) => cluster),
    availableEndpoints: ready.length,
    lastSync: Math.max(0, ...ordered.map((offer) => Math.floor(Date.parse(offer.issuedAt) / 1000))),
    endpoints: ready.slice(0, 100).map(({ endpoint, offer }) => ({
      name: endpoint.pod,
      ip: endpoint.addresses[0] ?? '',
      port: endpoint.targetPorts?.[0] ?? ports[0]?.targetPort ?? 0,
      clusterId: offer.cluster,
      dnsName: `${endpoint.pod}.${offer.cluster}.${dnsName}`,
    })),
  };
  return { desired, status };
};
