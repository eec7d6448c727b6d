import { randomBytes } from 'node:crypto';
import {
  accessPolicyKind,
  noticeKind,
  serviceExportKind,
  serviceImportKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
} from '../../src/api/kinds.ts';
import { mcsServiceExportKind, mcsServiceImportKind } from '../../src/api/mcs/kinds.ts';
import { authoritySecret, hubSecret, memberNamespace, trustConfigMap } from '../../src/api/places.ts';
import type { AuthorityFiles } from '../../src/identity/authority.ts';
import { createAuthority } from '../../src/identity/create-authority.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import type { Connection } from '../../src/kubernetes/credentials/connection.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import * as builtin from '../../src/kubernetes/kinds.ts';
import { fieldManager, mirrorsOf, observeCluster } from '../../src/reconcile/member/cluster/local-world.ts';
import { leadWorker, type WorkerOptions } from '../../src/reconcile/member/lead.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { eventKind } from '../../src/values/builtin/event.ts';
import type { Clock } from '../../src/values/clock.ts';
import type { ResourceKind } from '../../src/values/resource-kind.ts';

/** Kinds of Kubernetes itself that our programs use. */
export const builtinKinds = [
  builtin.namespaceKind,
  builtin.nodeKind,
  builtin.podKind,
  builtin.serviceKind,
  builtin.endpointSliceKind,
  builtin.secretKind,
  builtin.configMapKind,
  builtin.leaseKind,
  builtin.roleKind,
  builtin.roleBindingKind,
  builtin.serviceAccountKind,
  builtin.serviceCidrKind,
  builtin.customResourceDefinitionKind,
  eventKind,
];
const memberKinds = [
  ...builtinKinds,
  accessPolicyKind,
  sliceKind,
  serviceExportKind,
  serviceImportKind,
  sliceNodeKind,
  slicePeerKind,
  noticeKind,
];
/** The kinds of the Multi-Cluster Services API; a worker uses them only while a definition of them exists. */
const mcsKinds = (['v1alpha1', 'v1beta1'] as const).flatMap((version) => [mcsServiceExportKind(version), mcsServiceImportKind(version)]);

/** A member cluster of the test fleet: a fake API server with the worker running against it. */
export interface Member {
  readonly name: string;
  readonly api: FakeApi;
  /** Starts the worker again after a stop. */
  start(): void;
  stop(): Promise<void>;
}

/** Where the hub of a member is and with what its worker turns to it. */
export interface HubOfMember {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A pod of namespace `app-ns` on a node, which no export selects: slices of that namespace need the node. */
export const putResident = (api: FakeApi, node: string): void => {
  api.put(builtin.podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `resident-${node}`, namespace: 'app-ns' },
    spec: { containers: [], nodeName: node },
    status: { phase: 'Running' },
  });
};

/** Ends the pod that {@link putResident} made. */
export const removeResident = (api: FakeApi, node: string): void =>
  api.remove(builtin.podKind, { namespace: 'app-ns', name: `resident-${node}` });

/** A node of a member, with an address that no other member has, and a pod that needs it. */
export const putNode = (api: FakeApi, cluster: string, node: string, index: number): void => {
  putResident(api, node);
  const site = 100 + (Buffer.from(cluster).reduce((sum, byte) => sum + byte, 0) % 100);
  api.put(builtin.nodeKind, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node },
    spec: { podCIDR: `10.244.${index}.0/24` },
    status: { addresses: [{ type: 'InternalIP', address: `192.168.${site}.${index + 1}` }] },
  });
};

/** The authority of a cluster of the default project. */
export const authorityFilesOf = (cluster: string): Promise<AuthorityFiles> =>
  createAuthority({ cluster, project: 'default' }, Date.now(), (bytes) => randomBytes(bytes));

/** How a worker asks agents. */
type Asks = Pick<WorkerOptions, 'ask' | 'askHeads' | 'askListeners'>;

/** The API server of a member of the default project that is registered on the hub with the certificate of this authority. */
export const makeMemberApi = async (
  hub: HubOfMember,
  authority: AuthorityFiles,
  name: string,
  nodes: readonly string[],
  lacking: readonly ResourceKind[] = [],
): Promise<FakeApi> => {
  const api = await startFakeApi({ kinds: [...memberKinds, ...mcsKinds].filter((kind) => !lacking.includes(kind)) });
  for (const namespace of [memberNamespace, 'kube-system', 'app-ns'])
    api.put(builtin.namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const [index, node] of nodes.entries()) putNode(api, name, node, index);
  const secret = (secretName: string, data: Record<string, string>): builtin.Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, namespace: memberNamespace },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
  });
  api.put(builtin.secretKind, secret(authoritySecret, { 'tls.crt': authority.certificate, 'tls.key': authority.privateKey }));
  api.put(
    builtin.secretKind,
    secret(hubSecret, { server: hub.server, 'ca.crt': hub.ca, token: hub.token, project: 'default', namespace: 'default', cluster: name }),
  );
  api.put(builtin.configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: trustConfigMap, namespace: memberNamespace } });
  api.put(builtin.configMapKind, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    data: { Corefile: '.:53 {\n    forward . 1.1.1.1\n}\n' },
  });
  api.put(builtin.serviceKind, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubeslice-dns', namespace: memberNamespace },
    spec: { clusterIP: '10.96.0.53' },
  });
  return api;
};

/** Runs the worker of a member in this process until the signal aborts. */
export const runWorker = async (connection: Connection, clock: Clock, asks: Asks, signal: AbortSignal): Promise<void> => {
  const local = observeCluster(createClient(connection, { fieldManager }), quietLog, createMetrics());
  const options = { version: '0.0.0', instance: 'worker-1', credentialSeconds: 3600, fenced: (client: Client) => client, ...asks };
  await Promise.allSettled([...mirrorsOf(local).map((mirror) => mirror.run(signal)), leadWorker(local, options, clock, signal)]);
};

/** Starts such a member. */
export const startMember = async (
  hub: HubOfMember,
  authority: AuthorityFiles,
  clock: Clock,
  name: string,
  nodes: readonly string[],
  asks: Asks = {},
  lacking: readonly ResourceKind[] = [],
): Promise<Member> => {
  const api = await makeMemberApi(hub, authority, name, nodes, lacking);
  let running: { stopping: AbortController; ended: Promise<unknown> } | undefined;
  const start = (): void => {
    const stopping = new AbortController();
    running = { stopping, ended: runWorker(api.connection, clock, asks, stopping.signal) };
  };
  const stop = async (): Promise<void> => {
    running?.stopping.abort();
    await running?.ended;
    running = undefined;
  };
  start();
  return { name, api, start, stop };
};
