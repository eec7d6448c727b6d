import { setCondition, type Verdict } from '../../api/condition.ts';
import type { ExportBody, ExportEndpoint } from '../../api/notice/statement.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceExport, ServiceExportStatus } from '../../api/serviceexport/type.ts';
import type { LabelSelector } from '../../values/builtin/label-selector.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import { sortedBy } from '../../values/order.ts';
import type { Attachment } from './attachment.ts';
import { exportPorts } from './export-ports.ts';
import { selects } from './selector.ts';

/** Everything an export is decided from. */
export interface ExportSnapshot {
  readonly exported: ServiceExport;
  /** Name of this cluster. */
  readonly cluster: string;
  /** Member namespaces of the slice that the export names; undefined when this cluster has no such slice. */
  readonly namespaces: readonly string[] | undefined;
  /** The Service of the same name and namespace, if there is one. */
  readonly service: Service | undefined;
  /** Pods of the namespace. */
  readonly pods: readonly Pod[];
  /** Where a pod of them is attached. */
  readonly attachment: (pod: Pod) => Attachment | undefined;
}

/** What follows: the offer to the slice (undefined: none) and the status of the export. */
export interface ExportDecision {
  readonly body: ExportBody | undefined;
  readonly status: ServiceExportStatus;
}

const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

const isLive = (pod: Pod): boolean => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';

const refusal = ({ exported, namespaces, service }: ExportSnapshot): Verdict | undefined => {
  const { name, namespace } = exported.metadata;
  const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });
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
  if (exported.spec.selector === undefined && Object.keys(service?.spec?.selector ?? {}).length === 0) {
    return no('ServiceWithoutSelector', `Service ${namespace}/${name} selects no pods; give it or the export a selector.`);
  }
  if (!ownPorts && (service?.spec?.ports?.length ?? 0) === 0) {
    return no('ServiceWithoutPorts', `Service ${namespace}/${name} has no ports; give it or the export ports.`);
  }
  return undefined;
};

const verdictOf = (matching: readonly Pod[], endpoints: readonly ExportEndpoint[]): Verdict => {
  const ready = endpoints.filter((endpoint) => endpoint.ready).length;
  const counts = `${matching.length} ${matching.length === 1 ? 'pod matches' : 'pods match'}, ${endpoints.length} attached, ${ready} ready`;
  const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });
  if (matching.length === 0)
    return no('NoMatchingPods', 'No pod of the namespace matches the selector; correct the selector or start the pods.');
  if (endpoints.length === 0)
    return no('EndpointsNotAttached', `0 endpoints: ${counts}; see "kubectl -n kubeslice-system get slicenodes".`);
  if (ready === 0) return no('EndpointsNotReady', `0 endpoints: ${counts}; see the readiness of the pods.`);
  return { type: 'Ready', status: 'True', reason: 'Exported', message: `${counts}.` };
};

/**
 * What an export offers, and what its status says.
 *
 * ```
 * slice, namespace, service or ports are wrong    no offer, ERROR with the reason
 * pods match, none usable yet                     an offer without ready endpoints, PENDING with the counts
 * otherwise                                       the attached pods, Ready or not, READY
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
  const refused = refusal(seen);
  if (refused !== undefined) return conclude(refused, { exportStatus: 'ERROR', availableEndpoints: 0 }, undefined);

  const selector = (exported.spec.selector as LabelSelector | undefined) ?? { matchLabels: service?.spec?.selector ?? {} };
  const matching = sortedBy(
    seen.pods.filter((pod) => isLive(pod) && pod.spec?.hostNetwork !== true && selects(selector, pod.metadata.labels)),
    (pod) => pod.metadata.name,
  );
  const attached = matching.flatMap((pod) => {
    const attachment = seen.attachment(pod);
    return attachment === undefined ? [] : [{ pod, endpoint: { pod: pod.metadata.name, ...attachment, ready: isReady(pod) } }];
  });
  const endpoints = attached.map(({ endpoint }) => endpoint);
  const ports = exportPorts(exported, service, matching);
  const dnsName = dnsNameOf(name, namespace);
  const available = endpoints.filter((endpoint) => endpoint.ready).length;
  const status: ServiceExportStatus = {
    exportStatus: available > 0 ? 'READY' : 'PENDING',
    dnsName,
    exposedPorts: ports.map((port) => `${port.targetPort}/${port.protocol}`).join(','),
    servicePorts: ports.map((port) => `${port.port}/${port.protocol}`).join(','),
    availableEndpoints: available,
    pods: attached.slice(0, 100).map(({ pod, endpoint }) => ({
      name: pod.metadata.name,
      podIp: pod.status?.podIP ?? '',
      nsmIp: endpoint.address,
      dnsName: `${pod.metadata.name}.${seen.cluster}.${dnsName}`,
    })),
  };
  return conclude(verdictOf(matching, endpoints), status, {
    namespace,
    name,
    ports,
    aliases: [...(exported.spec.aliases ?? [])],
    endpoints,
  });
};
