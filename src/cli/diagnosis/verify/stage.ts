import { serviceExportKind, serviceImportKind, sliceKind } from '../../../api/kinds.ts';
import { managedBy, managedByLabel } from '../../../api/labels.ts';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../../api/serviceimport/type.ts';
import type { Slice } from '../../../api/slice/type.ts';
import { restricted } from '../../../install/workloads/container.ts';
import { type Pod, podKind, type Service, serviceKind } from '../../../kubernetes/kinds.ts';
import { podTrouble } from '../../../plan/diagnosis/programs.ts';
import { linuxNodes } from '../../../values/builtin/node.ts';
import { Failure } from '../../../values/failure.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';
import type { OpenCluster } from '../../steps/open-cluster.ts';
import { confirmDeletion } from '../../steps/removing/confirm-deletion.ts';
import { removeAllOf, removeAndWait } from '../../steps/removing/remove.ts';
import { waitFor } from '../../steps/wait-for.ts';
import { makeThrowAway, removeThrowAway, removeThrowAways } from '../throw-away-namespace.ts';
import type { Member } from './members.ts';

/** Port of the echo servers, and of their services. */
export const echoPort = 8007;

const runLabel = 'kubeslice.io/verify';
/** How long anything may take to become ready, and to be removed, in milliseconds. */
const readyMs = 120_000;
const goneMs = 60_000;

/** Where the test takes place. */
export interface Stage {
  /** Name of the run; the prefix of the names of all its objects. */
  readonly run: string;
  readonly namespace: string;
  readonly slice: string;
  /** Subnet of a temporary slice; undefined for an existing slice. */
  readonly subnet: string | undefined;
  /** Namespace of the project on the hub. */
  readonly project: string;
}

/** Name of the pod and service of a cluster. */
export const serverName = ({ run }: Stage, cluster: string): string => `${run}-${cluster}`.slice(0, 63);
/** Name of the calling pod. */
export const callerName = ({ run }: Stage): string => `${run}-caller`;

const labels = (stage: Stage): Record<string, string> => ({ [managedByLabel]: managedBy, [runLabel]: stage.run });

const pod = (stage: Stage, name: string, image: string, args: readonly string[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: stage.namespace, name, labels: { ...labels(stage), app: name } },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    nodeSelector: linuxNodes,
    containers: [
      {
        name: 'main',
        image,
        imagePullPolicy: 'IfNotPresent',
        args,
        securityContext: restricted,
        ports: [{ name: 'echo', containerPort: echoPort }],
      },
    ],
  },
});

const service = (stage: Stage, name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: stage.namespace, name, labels: labels(stage) },
  spec: {
    selector: { app: name },
    ports: (['TCP', 'UDP'] as const).map((protocol) => ({
      name: `echo-${protocol.toLowerCase()}`,
      protocol,
      port: echoPort,
      targetPort: echoPort,
    })),
  },
});

const exportOf = (stage: Stage, name: string): ServiceExport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { namespace: stage.namespace, name, labels: labels(stage) },
  spec: { slice: stage.slice },
});

const sliceOf = (stage: Stage, subnet: string, members: readonly Member[]): Slice => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { namespace: stage.project, name: stage.slice, labels: labels(stage) },
  spec: {
    sliceSubnet: subnet,
    clusters: members.map(({ name }) => name),
    namespaceIsolationProfile: { applicationNamespaces: [stage.namespace] },
  },
});

const everyRun = { labelSelector: runLabel } as const;
const patience = () => ({ graceMs: goneMs, signal: AbortSignal.timeout(goneMs * 2) });

/** The kinds that a run creates in the namespaces of a cluster, in the order of their removal. */
const madeKinds: readonly ResourceKind[] = [serviceExportKind, serviceKind, podKind];

/** Removes leftovers of killed runs, in any slice and namespace. */
const removeEarlierRuns = async (hub: OpenCluster, members: readonly Member[]): Promise<void> => {
  await Promise.all(
    members.map(async ({ cluster: { client } }) => {
      for (const kind of madeKinds) await removeAllOf(client, kind, everyRun, patience());
      await removeThrowAways(client, 'verify');
    }),
  );
  await removeAllOf(hub.client, sliceKind, { ...everyRun, confirm: true }, patience());
};

/** Creates everything: namespaces and a temporary slice, if needed, then in each cluster a server, its service and export, and a caller. */
export const setStage = async (stage: Stage, hub: OpenCluster, members: readonly Member[], signal: AbortSignal): Promise<void> => {
  const { namespace, subnet } = stage;
  await removeEarlierRuns(hub, members);
  if (subnet !== undefined) {
    await Promise.all(
      members.map(({ cluster }) => makeThrowAway(cluster.client, namespace, { purpose: 'verify', level: 'restricted', signal })),
    );
    await hub.client.create(sliceKind, sliceOf(stage, subnet, members), { signal });
  }
  await Promise.all(
    members.map(async ({ cluster: { client }, name, image }) => {
      const server = serverName(stage, name);
      await client.create(podKind, pod(stage, server, image, ['echo', String(echoPort)]), { signal });
      await client.create(podKind, pod(stage, callerName(stage), image, ['idle']), { signal });
      await client.create(serviceKind, service(stage, server), { signal });
    }),
  );
};

/** Exports the services, once each cluster has the slice, and waits until every cluster has received those of all others. */
export const offerAll = async (stage: Stage, members: readonly Member[], signal: AbortSignal): Promise<void> => {
  for (const { cluster, name } of members) {
    await waitFor<Slice>({
      client: cluster.client,
      kind: sliceKind,
      target: { namespace: 'kubeslice-system', name: stage.slice },
      until: (seen) => seen !== undefined,
      timeoutMs: readyMs,
      signal,
      late: () =>
        `Slice ${stage.slice} has not come to cluster ${name} within ${readyMs / 1000} s; run "kubeslice doctor --context ${cluster.context}".`,
    });
    await cluster.client.create(serviceExportKind, exportOf(stage, serverName(stage, name)), { signal });
  }
  for (const { cluster, name } of members) {
    await waitFor<Pod>({
      client: cluster.client,
      kind: podKind,
      target: { namespace: stage.namespace, name: callerName(stage) },
      until: (seen) => seen?.status?.phase === 'Running',
      timeoutMs: readyMs,
      signal,
      late: (seen) =>
        `The pod that should call in cluster ${name} does not run within ${readyMs / 1000} s${seen === undefined ? '' : `: ${podTrouble(seen) ?? ''}`}.`,
    });
    for (const other of members) {
      if (other.name === name) continue;
      await waitFor<ServiceImport>({
        client: cluster.client,
        kind: serviceImportKind,
        target: { namespace: stage.namespace, name: serverName(stage, other.name) },
        until: (seen) => (seen?.status?.availableEndpoints ?? 0) > 0,
        timeoutMs: readyMs,
        signal,
        late: (seen) =>
          `Cluster ${name} has ${seen === undefined ? 'not received' : 'no ready endpoint of'} the service of cluster ${other.name} within ${readyMs / 1000} s; run "kubeslice doctor --context ${other.cluster.context}".`,
      });
    }
  }
};

/** Removes everything, even after an interruption, and from every cluster even if one fails. @throws Failure of the first that failed. */
export const clearStage = async (stage: Stage, hub: OpenCluster, members: readonly Member[]): Promise<void> => {
  const selection = { namespace: stage.namespace, labelSelector: `${runLabel}=${stage.run}` };
  const steps = members.map(async ({ cluster: { client } }) => {
    if (stage.subnet !== undefined) {
      await removeAllOf(client, serviceExportKind, selection, patience());
      return removeThrowAway(client, stage.namespace);
    }
    for (const kind of madeKinds) await removeAllOf(client, kind, selection, patience());
  });
  const ended = await Promise.allSettled(steps);
  if (stage.subnet !== undefined) {
    const slice = { namespace: stage.project, name: stage.slice };
    // Its status may still count the removed pods.
    await confirmDeletion(hub.client, sliceKind, slice, patience().signal);
    await removeAndWait(hub.client, sliceKind, slice, patience());
  }
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw Failure.from(failed.reason);
};
