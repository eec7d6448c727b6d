import { setCondition, type Verdict } from '../../api/condition.ts';
import type { ExportBody, ExportEndpoint } from '../../api/notice/statement.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceExportStatus } from '../../api/serviceexport/type.ts';
import { maxServicePorts } from '../../api/slicenode/schema.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Attachment } from './attachment.ts';
import { type ExportSource, podsOf, selectorOf } from './export-pods.ts';
import { duplicatePort, portText, type ResolvedPorts, resolvePorts, wantedPorts } from './export-ports.ts';
import { portConflict } from './port-conflict.ts';

/** Everything an export is decided from. */
export interface ExportSnapshot extends ExportSource {
  /** Name of this cluster. */
  readonly cluster: string;
  /** Member namespaces of the slice that the export names; undefined when this cluster has no such slice. */
  readonly namespaces: readonly string[] | undefined;
  /** Other exports of the slice in the namespace; none when left out. */
  readonly others?: readonly ExportSource[];
  /** Pods of the namespace. */
  readonly pods: readonly Pod[];
  /** Where a pod of them is attached. */
  readonly attachment: (pod: Pod) => Attachment | undefined;
  /** Nodes that have no room for the service ports of this export; none when left out. */
  readonly crowdedNodes?: readonly string[];
}

/** What follows: the offer to the slice (undefined: none) and the status of the export. */
export interface ExportDecision {
  readonly body: ExportBody | undefined;
  readonly status: ServiceExportStatus;
}

const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });

/** Why nothing can be offered, whatever the pods are. */
const refusal = (seen: ExportSnapshot): Verdict | undefined => {
  const { exported, namespaces, service } = seen;
  const { name, namespace } = exported.metadata;
  const slice = exported.spec.slice;
  if (namespaces === undefined)
    return no('SliceNotFound', `There is no slice ${slice} in this cluster; create it on the hub or correct spec.slice.`);
  if (!namespaces.includes(namespace ?? '')) {
    return no(
      'NamespaceNotInSlice',
      `Namespace ${namespace} is not a member of slice ${slice}; add it to the slice's namespaceIsolationProfile on the hub.`,
    );
  }
  const ownPorts = (exported.spec.ports?.length ?? 0) > 0;
  if (service === undefined && (exported.spec.selector === undefined || !ownPorts)) {
    return no('ServiceNotFound', `Service ${namespace}/${name} does not exist; create it, or give the export a selector and ports.`);
  }
  if (selectorOf(seen) === undefined) {
    return no('ServiceWithoutSelector', `Service ${namespace}/${name} selects no pods; give it or the export a selector.`);
  }
  if (!ownPorts && (service?.spec?.ports?.length ?? 0) === 0) {
    return no('ServiceWithoutPorts', `Service ${namespace}/${name} has no ports; give it or the export ports.`);
  }
  return undefined;
};

const targetsText = (missing: ResolvedPorts['missing']): string =>
  missing.map((port) => `port ${portText(port)} leads to port "${port.targetPort}"`).join(' and ');

/** Why the ports cannot be offered with the pods that there are. */
const portRefusal = ({ ports, missing }: ResolvedPorts): Verdict | undefined => {
  const twice = duplicatePort(ports);
  if (twice !== undefined)
    return no(
      'DuplicatePorts',
      `The ports have ${twice} more than once, so no cluster could import them; give each its own name and port.`,
    );
  if (ports.length > 0) return undefined;
  return no(
    'TargetPortNotFound',
    `The ${targetsText(missing)}, which no container of a matching pod has for that protocol; name a port of a container so, or correct targetPort.`,
  );
};

const verdictOf = (matching: readonly Pod[], { missing, serves }: ResolvedPorts, endpoints: readonly ExportEndpoint[]): Verdict => {
  const ready = endpoints.filter((endpoint) => endpoint.ready).length;
  const lacking = matching.filter((pod) => !serves(pod)).length;
  const lack = lacking === 0 ? '' : `, ${lacking} without a port that others have and so left out`;
  const counts = `${matching.length} ${matching.length === 1 ? 'pod matches' : 'pods match'}${lack}, ${endpoints.length} attached, ${ready} ready`;
  if (matching.length === 0)
    return no('NoMatchingPods', 'No pod of the namespace matches the selector; correct the selector or start the pods.');
  if (lacking === matching.length)
    return no(
      'TargetPortNotFound',
      `0 endpoints: ${counts}; give every pod a container port for each targetPort, or make several exports.`,
    );
  if (endpoints.length === 0)
    return no('EndpointsNotAttached', `0 endpoints: ${counts}; see "kubectl -n kubeslice-system get slicenodes".`);
  if (ready === 0) return no('EndpointsNotReady', `0 endpoints: ${counts}; see the readiness of the pods.`);
  if (missing.length > 0) {
    return no(
      'TargetPortNotFound',
      `The ${targetsText(missing)}, which no container of a matching pod has for that protocol; only the other ports are offered (${counts}).`,
    );
  }
  return { type: 'Ready', status: 'True', reason: 'Exported', message: `${counts}.` };
};

const crowdedVerdict = ([node]: readonly string[]): Verdict | undefined =>
  node === undefined
    ? undefined
    : no(
        'TooManyServicePorts',
        `Node ${node} has no room for the service ports of this export, for all exports of a slice may have ${maxServicePorts} on a node; use target ports equal to the service ports, or fewer ports.`,
      );

const stateOf = (available: number, crowded: readonly string[], missing: ResolvedPorts['missing']): ServiceExportStatus['exportStatus'] => {
  if (crowded.length > 0) return 'ERROR';
  return available > 0 && missing.length === 0 ? 'READY' : 'PENDING';
};

/**
 * What an export offers, and what its status says.
 *
 * ```
 * slice, namespace, service or ports are wrong    no offer, ERROR with the reason
 * an older export has a port of a pod already     the same
 * pods match, none usable yet                     an offer without ready endpoints, PENDING with the counts
 * no pod has the target of some of the ports      the other ports, PENDING with the names
 * a node has no room for the service ports        the same offer, ERROR with the node: without the offer there would be room
 * otherwise                                       the attached pods that have the ports, Ready or not, READY
 * ```
 * `lastSync` is left to the caller, which knows when it published.
 */
export const planExport = (seen: ExportSnapshot, now: number): ExportDecision => {
  const { exported, service } = seen;
  const { name, namespace = '' } = exported.metadata;
  const conclude = (verdict: Verdict, status: ServiceExportStatus, body: ExportBody | undefined): ExportDecision => ({
    body,
    status: { ...status, conditions: [...setCondition(exported.status?.conditions, verdict, exported.metadata.generation, new Date(now))] },
  });
  const refuse = (verdict: Verdict): ExportDecision => conclude(verdict, { exportStatus: 'ERROR', availableEndpoints: 0 }, undefined);
  const refused = refusal(seen);
  if (refused !== undefined) return refuse(refused);

  const matching = podsOf(seen, seen.pods);
  const resolved = resolvePorts(wantedPorts(exported, service), matching);
  const portsRefused = portRefusal(resolved);
  if (portsRefused !== undefined) return refuse(portsRefused);

  const { ports, missing, serves } = resolved;
  const serving = matching.filter(serves);
  const conflict = portConflict(exported, { ports, pods: serving }, seen.others ?? [], seen.pods);
  if (conflict !== undefined) {
    const { holder, pod, port, targetPort } = conflict;
    const message = `Port ${port} of pod ${pod} leads to its port ${targetPort} for the older export ${holder}; give this export another service port, or delete that one.`;
    return refuse(no('PortConflict', message));
  }

  const attached = serving.flatMap((pod) => {
    const attachment = seen.attachment(pod);
    return attachment === undefined ? [] : [{ pod, endpoint: { pod: pod.metadata.name, ...attachment, ready: isReady(pod) } }];
  });
  const endpoints = attached.map(({ endpoint }) => endpoint);
  const crowded = seen.crowdedNodes ?? [];
  const dnsName = dnsNameOf(name, namespace);
  const available = endpoints.filter((endpoint) => endpoint.ready).length;
  const status: ServiceExportStatus = {
    exportStatus: stateOf(available, crowded, missing),
    dnsName,
    exposedPorts: ports.map((port) => `${port.targetPort}/${port.protocol}`).join(','),
    servicePorts: ports.map(portText).join(','),
    availableEndpoints: available,
    pods: attached.slice(0, 100).map(({ pod, endpoint }) => ({
      name: pod.metadata.name,
      podIp: pod.status?.podIP ?? '',
      nsmIp: endpoint.address,
      dnsName: `${pod.metadata.name}.${seen.cluster}.${dnsName}`,
    })),
  };
  return conclude(crowdedVerdict(crowded) ?? verdictOf(matching, resolved, endpoints), status, {
    namespace,
    name,
    ports,
    aliases: [...(exported.spec.aliases ?? [])],
    endpoints,
  });
};

/** The status of an export whose offer could not be stated, for example because it is too large; `sentence` says why and what to do. */
export const unstatedExport = (seen: ExportSnapshot, status: ServiceExportStatus, sentence: string, now: number): ServiceExportStatus => {
  const { metadata, status: before } = seen.exported;
  const conditions = setCondition(before?.conditions, no('OfferImpossible', sentence), metadata.generation, new Date(now));
  return { ...status, exportStatus: 'ERROR', conditions: [...conditions] };
};
