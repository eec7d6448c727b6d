import type { AccessPolicy } from '../../../api/accesspolicy/type.ts';
import { importedServiceOf } from '../../../api/imported-service.ts';
import {
  accessPolicyKind,
  membershipKind,
  noticeKind,
  serviceExportKind,
  serviceImportKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
} from '../../../api/kinds.ts';
import {
  clusterLabel,
  endpointSliceManager,
  endpointSliceManagerLabel,
  managedBy,
  managedByLabel,
  sliceLabel,
} from '../../../api/labels.ts';
import type { Membership } from '../../../api/membership/type.ts';
import type { Notice } from '../../../api/notice/type.ts';
import { dnsService, memberNamespace } from '../../../api/places.ts';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../../api/serviceimport/type.ts';
import type { Slice } from '../../../api/slice/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { SlicePeer } from '../../../api/slicepeer/type.ts';
import { corednsConfigMap } from '../../../api/stub-block.ts';
import type { Client } from '../../../kubernetes/client.ts';
import {
  type ConfigMap,
  configMapKind,
  type EndpointSlice,
  endpointSliceKind,
  type Namespace,
  type Node,
  namespaceKind,
  nodeKind,
  type Service,
  serviceKind,
} from '../../../kubernetes/kinds.ts';
import { createMirror, type Mirror, type MirrorOptions } from '../../../kubernetes/mirror.ts';
import { isStray, mayBeReported } from '../../../plan/exports/failing-exports.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Metrics } from '../../../telemetry/metrics.ts';
import type { Hub } from '../hub/hub.ts';

/** Field manager of everything that the worker writes. */
export const fieldManager = 'kubeslice-worker';

/** The worker's mirrors of its own cluster. */
export interface LocalWorld {
  readonly client: Client;
  readonly nodes: Mirror<Node>;
  readonly namespaces: Mirror<Namespace>;
  readonly slices: Mirror<Slice>;
  /** Index `slice`; index `pod`: UID of an attached pod. */
  readonly sliceNodes: Mirror<SliceNode>;
  /** Index `slice`. */
  readonly slicePeers: Mirror<SlicePeer>;
  /** Accepted notices of other clusters. Index `slice`; index `about`: the cluster of a statement about a cluster. */
  readonly notices: Mirror<Notice>;
  /**
   * Index `slice`; index `place`: slice/namespace; index `failing`: the slice of those that may have something to report; index `stray`: all without
   * a slice here.
   */
  readonly exports: Mirror<ServiceExport>;
  /** Policies of owners of pods. Index `slice`. */
  readonly accessPolicies: Mirror<AccessPolicy>;
  /** Index `slice`. */
  readonly imports: Mirror<ServiceImport>;
  /** Only those made by the worker. Index `service`: slice/namespace/name; index `slice`. */
  readonly endpointSlices: Mirror<EndpointSlice>;
  /** The configuration of cluster DNS, one object or none. */
  readonly corefile: Mirror<ConfigMap>;
  /** The ConfigMap for additions to it in some distributions, one object or none. */
  readonly customCorefile: Mirror<ConfigMap>;
  /** The Service of our DNS program, one object or none. */
  readonly dnsService: Mirror<Service>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Index key of imported EndpointSlices. */
export const serviceIndex = (slice: string, namespace: string, name: string): string => `${slice}/${namespace}/${name}`;

const labelled = (object: { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }): string[] => {
  const slice = object.metadata.labels?.[sliceLabel];
  return slice === undefined ? [] : [slice];
};

/** The local mirrors from which the worker decides; `run` must be called on each. */
export const observeCluster = (client: Client, log: Log, metrics: Metrics): LocalWorld => {
  const own = { client, log, metrics, namespace: memberNamespace, keepManager: fieldManager };
  const indexes = { slice: labelled };
  const dnsConfig = (name: string) =>
    createMirror({
      client,
      kind: configMapKind,
      namespace: corednsConfigMap.namespace,
      fieldSelector: `metadata.name=${name}`,
      log,
      metrics,
    });
  return {
    client,
    log,
    metrics,
    nodes: createMirror({ client, kind: nodeKind, log, metrics }),
    namespaces: createMirror({ client, kind: namespaceKind, log, metrics }),
    slices: createMirror({ ...own, kind: sliceKind, labelSelector: `${managedByLabel}=${managedBy}` }),
    sliceNodes: createMirror({
      ...own,
      kind: sliceNodeKind,
      indexes: { ...indexes, pod: (node) => Object.keys(node.status?.pods ?? {}) },
    }),
    slicePeers: createMirror({ ...own, kind: slicePeerKind, indexes }),
    notices: createMirror({
      ...own,
      kind: noticeKind,
      labelSelector: `${managedByLabel}=${managedBy}`,
      indexes: { ...indexes, about: ({ spec }: Notice) => (spec.kind === 'Cluster' ? [spec.cluster] : []) },
    }),
    exports: createMirror({
      client,
      kind: serviceExportKind,
      log,
      metrics,
      keepManager: fieldManager,
      indexes: {
        slice: (exported: ServiceExport) => [exported.spec.slice],
        place: ({ spec, metadata }: ServiceExport) => [`${spec.slice}/${metadata.namespace}`],
        stray: (exported: ServiceExport) => (isStray(exported) ? ['stray'] : []),
        failing: (exported: ServiceExport) => (mayBeReported(exported) ? [exported.spec.slice] : []),
      },
    }),
    accessPolicies: createMirror({
      client,
      kind: accessPolicyKind,
      mayBeMissing: true,
      log,
      metrics,
      indexes: { slice: ({ spec }: AccessPolicy) => [spec.slice] },
    }),
    imports: createMirror({ client, kind: serviceImportKind, log, metrics, keepManager: fieldManager, indexes }),
    corefile: dnsConfig(corednsConfigMap.main),
    customCorefile: dnsConfig(corednsConfigMap.custom),
    dnsService: createMirror({ ...own, kind: serviceKind, fieldSelector: `metadata.name=${dnsService}` }),
    endpointSlices: createMirror({
      client,
      kind: endpointSliceKind,
      labelSelector: `${endpointSliceManagerLabel}=${endpointSliceManager}`,
      log,
      metrics,
      keepManager: fieldManager,
      indexes: {
        slice: labelled,
        service: ({ metadata }: EndpointSlice) => {
          const imported = importedServiceOf(metadata);
          return imported === undefined ? [] : [serviceIndex(imported.slice, imported.namespace, imported.service)];
        },
      },
    }),
  };
};

/** Every mirror of the local world, to run and to await. */
export const mirrorsOf = (world: LocalWorld) => [
  world.nodes,
  world.namespaces,
  world.slices,
  world.sliceNodes,
  world.slicePeers,
  world.notices,
  world.exports,
  world.accessPolicies,
  world.imports,
  world.endpointSlices,
  world.corefile,
  world.customCorefile,
  world.dnsService,
];

/** The grants of this cluster on the hub. */
export const observeGrants = (
  hub: Hub,
  log: Log,
  metrics: Metrics,
  onContact: NonNullable<MirrorOptions<Membership>['onContact']>,
): Mirror<Membership> =>
  createMirror({
    onContact,
    client: hub.client,
    kind: membershipKind,
    namespace: hub.namespace,
    labelSelector: `${clusterLabel}=${hub.cluster}`,
    log,
    metrics,
  });
