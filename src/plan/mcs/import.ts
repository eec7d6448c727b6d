import { type Condition, conditionOf, setCondition } from '../../api/condition.ts';
import { multicluster } from '../../api/groups.ts';
import { serviceImportKind } from '../../api/kinds.ts';
import { managedBy, managedByLabel, sliceLabel } from '../../api/labels.ts';
import type { McsVersion } from '../../api/mcs/kinds.ts';
import type { McsReason, McsServiceImport, McsServiceImportStatus } from '../../api/mcs/type.ts';
import type { ServiceImport, ServiceImportStatus } from '../../api/serviceimport/type.ts';
import { apiVersionOf } from '../../values/resource-kind.ts';

/** All inputs of the decision about one imported service. */
export interface McsImportSnapshot {
  /** The ServiceImport of KubeSlice; undefined when there is none. */
  readonly own: ServiceImport | undefined;
  /** The ServiceImport of the Multi-Cluster Services API of the same name and namespace. */
  readonly seen: McsServiceImport | undefined;
  /** The version of that API in which this cluster is written to. */
  readonly version: McsVersion;
}

/** The decision about the object of the Multi-Cluster Services API. */
export type McsImportPlan =
  | { readonly kind: 'none' | 'remove' }
  /** Another implementation, or a person, has an object of this name. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'apply'; readonly desired: McsServiceImport; readonly status: McsServiceImportStatus };

/** Whether KubeSlice wrote an import of the Multi-Cluster Services API; no other one is ever changed or removed. */
export const isOwnMcsImport = ({ metadata }: Pick<McsServiceImport, 'metadata'>): boolean =>
  metadata.labels?.[managedByLabel] === managedBy;

/** The ServiceImport of the Multi-Cluster Services API for an import of KubeSlice. `now` is in milliseconds since 1970. */
export const planMcsImport = ({ own, seen, version }: McsImportSnapshot, now: number): McsImportPlan => {
  if (seen !== undefined && !isOwnMcsImport(seen)) return { kind: own === undefined ? 'none' : 'foreign' };
  if (own === undefined || own.metadata.deletionTimestamp !== undefined) return { kind: seen === undefined ? 'none' : 'remove' };
  const { type, sessionAffinity, sessionAffinitySeconds, internalTrafficPolicy, trafficDistribution, clusters } = own.status ?? {};
  const ips = addressesOf(own.status);
  // The worker writes the status right after the object.
  if (type === undefined) return { kind: 'none' };
  const { name, namespace } = own.metadata;
  const slice = own.metadata.labels?.[sliceLabel];
  return {
    kind: 'apply',
    desired: {
      apiVersion: apiVersionOf({ group: multicluster.group, version }),
      kind: 'ServiceImport',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...own.spec.exportedLabels, [managedByLabel]: managedBy, ...(slice === undefined ? {} : { [sliceLabel]: slice }) },
        ...(own.spec.exportedAnnotations === undefined ? {} : { annotations: own.spec.exportedAnnotations }),
        ownerReferences: [
          {
            apiVersion: apiVersionOf(serviceImportKind),
            kind: serviceImportKind.kind,
            name,
            uid: own.metadata.uid ?? '',
            controller: true,
          },
        ],
      },
      spec: {
        type,
        ports: own.spec.ports.map(({ name: portName, protocol, appProtocol, servicePort, containerPort }) => ({
          ...(portName === undefined ? {} : { name: portName }),
          protocol: protocol ?? 'TCP',
          ...(appProtocol === undefined ? {} : { appProtocol }),
          port: servicePort ?? containerPort,
        })),
        ...(type === 'Headless' || ips.length === 0 ? {} : { ips: [...ips] }),
        sessionAffinity: sessionAffinity ?? 'None',
        ...(sessionAffinitySeconds === undefined
          ? {}
          : { sessionAffinityConfig: { clientIP: { timeoutSeconds: sessionAffinitySeconds } } }),
        // The API knows two values, and a definition may refuse any other.
        ...(internalTrafficPolicy === 'Local' ? { internalTrafficPolicy } : {}),
        ...(trafficDistribution === undefined ? {} : { trafficDistribution }),
      },
    },
    status: {
      // Without a generation: that of an object is known only after it was written, and would cost a second write.
      conditions: [...setCondition(readyOf(seen), readyVerdict(own), undefined, new Date(now))],
      clusters: (clusters ?? []).map((cluster) => ({ cluster })),
      endpointSliceObjects: 'Present',
    },
  };
};

const addressesOf = (status: ServiceImportStatus | undefined): readonly string[] => status?.ips ?? [];

const readyOf = (seen: McsServiceImport | undefined): readonly Condition[] =>
  (seen?.status?.conditions ?? []).filter(({ type }) => type === 'Ready');

const readyVerdict = ({ status }: ServiceImport) => {
  const ready = conditionOf(status?.conditions, 'Ready');
  const isReady = ready?.status === 'True';
  const reason: McsReason = isReady ? 'Ready' : 'Pending';
  return { type: 'Ready', status: isReady ? 'True' : 'False', reason, message: ready?.message ?? '' } as const;
};
