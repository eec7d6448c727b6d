import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceExportStatus } from '../../api/serviceexport/type.ts';
import { assignShards } from '../../exchange/notice/shards.ts';
import { type EndpointsBody, type ExportBody, type ExportEndpoint, type ExportPort } from '../../exchange/statement/export.ts';
import { takesConnections } from '../../exchange/statement/takes-connections.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import { defaultAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import { exportRoom, type TenantRoom } from '../board/tenant-room.ts';
import type { PortState } from '../listeners/watched-port.ts';
import { ignoredInExport, ignoredVerdicts } from '../slices/ignored-fields.ts';
import type { Attachment } from './attachment.ts';
import { budgetReached, nearBudgetVerdicts } from './export-budget.ts';
import {
  conflictsOf,
  conflictVerdicts,
  exportDifferences,
  omittedVerdicts,
  type SameName,
  serviceFieldVerdicts,
} from './export-conditions.ts';
import { portText, type ResolvedPorts, resolvePorts, wantedPorts } from './export-ports.ts';
import { no, portRefusal, verdictOf } from './export-readiness.ts';
import { listenersOf } from './listeners.ts';
import { type ExportSource, outsidePodsOf, podsOf, selectorOf } from './pods/export-pods.ts';
import { createdOf } from './properties/derived.ts';
import { exportedMetadata } from './properties/exported-metadata.ts';
import { statedPolicies } from './properties/traffic-policies.ts';

/** All inputs of the decision about an export. */
export interface ExportSnapshot extends ExportSource, SameName {
  /** Member namespaces of the export's slice; undefined when this cluster has no such slice. */
  readonly namespaces: readonly string[] | undefined;
  /** The hub's message when it has removed this cluster; undefined while it has not. */
  readonly removed?: string | undefined;
  /** Where a pod is attached. */
  readonly attachment: (pod: Pod) => Attachment | undefined;
  /** Shard of each published endpoint, by the name of its pod. @default none */
  readonly published?: ReadonlyMap<string, number>;
  /** Existing names for suggestions: Services of its namespace, and slices of this cluster. @default none */
  readonly names?: { readonly services?: () => Iterable<string>; readonly slices?: () => Iterable<string> };
  /** The previously offered ports. @default none */
  readonly lastPorts?: readonly ExportPort[] | undefined;
  /** The budget of its namespace in the slice, and how many statements of it this export has. @default no limit */
  readonly room?: TenantRoom & { readonly own: number; readonly withdrawn: number };
  /** The state of a TCP port of an endpoint's pod, as its node reports it; unknown when left out. */
  readonly portState?: (endpoint: ExportEndpoint, port: number) => PortState;
}

/** The decision: the offer to the slice (undefined: none) and the status of the export. */
export interface ExportDecision {
  readonly body: ExportBody | undefined;
  /** More endpoints, when the export has more than one statement can hold. */
  readonly shards: readonly EndpointsBody[];
  readonly status: ServiceExportStatus;
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

/** Why nothing can be offered, whatever the pods are. */
const refusal = (seen: ExportSnapshot): Verdict | undefined => {
  const { exported, namespaces, service } = seen;
  const { name, namespace } = exported.metadata;
  const slice = exported.spec.slice;
  if (namespaces === undefined && seen.removed !== undefined) return no('ClusterRemoved', seen.removed);
  if (namespaces === undefined)
    return no(
      'SliceNotFound',
      `There is no slice ${slice} in this cluster; create it on the hub or correct spec.slice.${didYouMean(slice, seen.names?.slices?.() ?? [])}`,
    );
  if (!namespaces.includes(namespace ?? '')) {
    return no(
      'NamespaceNotInSlice',
      `Namespace ${namespace} is not a member of slice ${slice}; add it to the slice's namespaceIsolationProfile on the hub.`,
    );
  }
  const ownPorts = (exported.spec.ports?.length ?? 0) > 0;
  if (service === undefined && (exported.spec.selector === undefined || !ownPorts)) {
    const meant = didYouMean(name, seen.names?.services?.() ?? []);
    return no(
      'ServiceNotFound',
      `Service ${namespace}/${name} does not exist; create it, or give the export a selector and ports.${meant}`,
    );
  }
  if (selectorOf(seen) === undefined && service?.spec?.type === 'ExternalName') {
    return no(
      'ServiceIsExternalName',
      `Service ${namespace}/${name} is an alias for a host outside of the cluster (ExternalName), and a slice reaches pods only; let clients call that host, or export a Service that selects pods.`,
    );
  }
  if (selectorOf(seen) === undefined) {
    return no('ServiceWithoutSelector', `Service ${namespace}/${name} selects no pods; give it or the export a selector.`);
  }
  if (!ownPorts && (service?.spec?.ports?.length ?? 0) === 0) {
    return no('ServiceWithoutPorts', `Service ${namespace}/${name} has no ports; give it or the export ports.`);
  }
  return undefined;
};

const stateOf = (available: number, isWrong: boolean, missing: ResolvedPorts['missing']): ServiceExportStatus['exportStatus'] => {
  if (isWrong) return 'ERROR';
  return available > 0 && missing.length === 0 ? 'READY' : 'PENDING';
};

/**
 * The offer and the status of an export.
 *
 * ```
 * slice, namespace, service or ports are wrong    no offer, ERROR with the reason
 * pods match, none usable yet                     an offer without ready endpoints, PENDING with the counts
 * no pod has the target of some of the ports      the other ports, PENDING with the names
 * the namespace has reached its part of the       no offer, ERROR with the reason; a published export stays
 *   cluster's budget
 * older exports of the name leave none of its     the same offer, ERROR: no client of its address reaches its pods
 *   ports
 * no ready pod listens on a port                  the same offer, ERROR with port and pod: clients are refused at once anyway
 * otherwise                                       the attached pods that have the ports, Ready or not, READY
 * ```
 * The caller sets `lastSync`, because it knows when it published.
 */
export const planExport = (seen: ExportSnapshot, now: number): ExportDecision => {
  const { exported, service } = seen;
  const { name, namespace = '' } = exported.metadata;
  const before = exported.status?.conditions;
  const metadata = exportedMetadata(exported.spec);
  const ignored = [
    ...ignoredVerdicts([...ignoredInExport(exported.spec), ...metadata.ignored.slice(0, 10)], before),
    ...serviceFieldVerdicts(before, service),
  ];
  const withConditions = (status: ServiceExportStatus, verdicts: readonly Verdict[]): ServiceExportStatus => ({
    ...status,
    conditions: [
      ...[...verdicts, ...ignored].reduce<readonly Condition[]>(
        (list, verdict) => setCondition(list, verdict, exported.metadata.generation, new Date(now)),
        before ?? [],
      ),
    ],
  });
  const refuse = (verdict: Verdict): ExportDecision => ({
    body: undefined,
    shards: [],
    status: withConditions({ exportStatus: 'ERROR', availableEndpoints: 0 }, [
      verdict,
      ...omittedVerdicts(before, 0),
      ...conflictVerdicts(before, seen.cluster, []),
    ]),
  });
  const refused = refusal(seen);
  if (refused !== undefined) return refuse(refused);

  const matching = podsOf(seen);
  const wanted = wantedPorts(exported, service);
  const resolved = resolvePorts(wanted, matching, seen.lastPorts);
  const portsRefused = portRefusal(resolved);
  if (portsRefused !== undefined) return refuse(portsRefused);

  const { ports, missing, targetsOf } = resolved;
  const serving = matching.flatMap((pod) => {
    const targets = targetsOf(pod);
    return targets === undefined ? [] : [{ pod, targets }];
  });
  const attached = serving.flatMap(({ pod, targets }) => {
    const attachment = seen.attachment(pod);
    if (attachment === undefined) return [];
    const isUsual = targets.every((target, index) => target === ports[index]?.targetPort);
    return [{ pod, endpoint: { ...endpointOf(pod, attachment, service), ...(isUsual ? {} : { targetPorts: [...targets] }) } }];
  });
  const endpoints = attached.map(({ endpoint }) => endpoint);
  const room = seen.room === undefined ? undefined : exportRoom(seen.room, seen.room.own);
  if (seen.room !== undefined && room === 0) return refuse(budgetReached(seen.room, exported));
  const { shards, omitted } = assignShards(endpoints, seen.published ?? new Map(), room === undefined ? undefined : room - 1);
  const dnsName = dnsNameOf(name, namespace);
  const available = endpoints.filter(takesConnections).length;
  const { portState = () => 'unknown' } = seen;
  const listeners = listenersOf(
    { ports, own: (exported.spec.ports?.length ?? 0) > 0 },
    // A pod that is published although it is not Ready may not listen yet.
    attached.map(({ pod, endpoint }) => ({ endpoint, portState: (port) => (isReady(pod) ? portState(endpoint, port) : 'unknown') })),
    before,
  );
  const body: ExportBody = {
    namespace,
    name,
    created: createdOf(exported),
    type: service?.spec?.clusterIP === 'None' ? 'Headless' : 'ClusterSetIP',
    ...affinityOf(service),
    ...statedPolicies(exported.spec, service),
    ports,
    aliases: [...(exported.spec.aliases ?? [])],
    ...metadata.stated,
    endpoints: shards.get(0) ?? [],
    ...(omitted === 0 ? {} : { omitted }),
  };
  const { conflicts, isWithoutPorts } = conflictsOf(seen, body);
  const conflict = conflictVerdicts(before, seen.cluster, conflicts);
  const differences = exportDifferences(seen.cluster, conflicts);
  const fault = (isWithoutPorts ? notUsed(conflict) : undefined) ?? listeners.verdict;
  const status: ServiceExportStatus = {
    exportStatus: stateOf(available, fault !== undefined, missing),
    dnsName,
    exposedPorts: ports.map((port) => `${port.targetPort}/${port.protocol}`).join(','),
    servicePorts: wanted.map(portText).join(','),
    availableEndpoints: available,
    ...(differences.length === 0 ? {} : { conflicts: differences }),
    pods: attached.slice(0, 100).map(({ pod, endpoint }) => ({
      name: pod.metadata.name,
      podIp: pod.status?.podIP ?? '',
      nsmIp: endpoint.addresses[0] ?? '',
      dnsName: `${pod.metadata.name}.${seen.cluster}.${dnsName}`,
    })),
  };
  const pods = { matching, outside: outsidePodsOf(seen), withoutListener: listeners.note };
  return {
    body,
    shards: [...shards].flatMap(([shard, held]) => (shard === 0 ? [] : [{ namespace, name, shard, endpoints: held }])),
    status: withConditions(status, [
      fault ?? verdictOf(pods, resolved, endpoints),
      ...omittedVerdicts(before, omitted),
      ...conflict,
      ...nearBudgetVerdicts(before, seen.room, exported),
    ]),
  };
};

/** The session affinity of a Service; seconds are stated where they are not the default, as the API server enforces their limits. */
const affinityOf = (service: Service | undefined): Pick<ExportBody, 'affinitySeconds' | 'sessionAffinity'> => {
  const { sessionAffinity, sessionAffinityConfig } = service?.spec ?? {};
  if (sessionAffinity !== 'ClientIP') return { sessionAffinity: 'None' };
  const affinitySeconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
  return { sessionAffinity, ...(affinitySeconds === defaultAffinitySeconds ? {} : { affinitySeconds }) };
};

/** Ready of an export that loses all of its ports: clients of the service address never reach its pods. */
const notUsed = (conflicts: readonly Verdict[]): Verdict | undefined => {
  const lost = conflicts.find(({ reason, status }) => reason === 'ExportConflict' && status === 'True');
  return lost === undefined ? undefined : no('ExportConflict', lost.message);
};

const endpointOf = (pod: Pod, { address, node }: Attachment, service: Service | undefined): ExportEndpoint => ({
  pod: pod.metadata.name,
  // The host names that Kubernetes gives to pods of a headless service.
  ...(pod.spec?.hostname === undefined || pod.spec.subdomain === undefined ? {} : { hostname: pod.spec.hostname }),
  node,
  addresses: [address],
  // As in EndpointSlices of Kubernetes: such a Service treats its pods as ready.
  ready: service?.spec?.publishNotReadyAddresses === true || isReady(pod),
  ...(pod.metadata.deletionTimestamp === undefined ? {} : { terminating: true as const }),
});

/** The status of an export whose offer could not be published, for example because it is too large; `sentence` contains the reason and the remedy. */
export const unstatedExport = (seen: ExportSnapshot, status: ServiceExportStatus, sentence: string, now: number): ServiceExportStatus => {
  const { metadata } = seen.exported;
  const conditions = setCondition(status.conditions, no('OfferImpossible', sentence), metadata.generation, new Date(now));
  return { ...status, exportStatus: 'ERROR', conditions: [...conditions] };
};
