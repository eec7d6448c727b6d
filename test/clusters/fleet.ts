import { randomBytes } from 'node:crypto';
import type { Cluster } from '../../src/api/cluster/type.ts';
import {
  clusterKind,
  credentialRequestKind,
  membershipKind,
  noticeKind,
  projectKind,
  serviceExportKind,
  serviceImportKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
} from '../../src/api/kinds.ts';
import { clusterLabel } from '../../src/api/labels.ts';
import { authoritySecret, hubSecret, memberNamespace, trustConfigMap, workerAccount } from '../../src/api/places.ts';
import { createAuthority } from '../../src/identity/create-authority.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import * as builtin from '../../src/kubernetes/kinds.ts';
import { leadController } from '../../src/programs/controller/lead.ts';
import { mirrorsOf as hubMirrors, observeHub } from '../../src/programs/controller/world.ts';
import { leadWorker } from '../../src/programs/worker/lead.ts';
import { fieldManager, mirrorsOf, observeCluster } from '../../src/programs/worker/local-world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { eventKind } from '../../src/values/builtin/event.ts';
import type { Clock } from '../../src/values/clock.ts';
import { type LeapingClock, leapingClock } from './leaping-clock.ts';

const builtinKinds = [
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
  eventKind,
];
const memberKinds = [...builtinKinds, sliceKind, serviceExportKind, serviceImportKind, sliceNodeKind, slicePeerKind, noticeKind];
const hubKinds = [...builtinKinds, projectKind, clusterKind, sliceKind, membershipKind, noticeKind, credentialRequestKind];

/** A member cluster of the test fleet: a fake API server with the worker running against it. */
export interface Member {
  readonly name: string;
  readonly api: FakeApi;
  /** Starts the worker again after a stop. */
  start(): void;
  stop(): Promise<void>;
}

/** A hub with members, controller and workers running in this process against fake API servers. */
export interface Fleet {
  readonly hub: FakeApi;
  readonly members: ReadonlyMap<string, Member>;
  /** The time by which controller and workers act. */
  readonly clock: LeapingClock;
  join(name: string, nodes?: readonly string[]): Promise<Member>;
  /** Ends the hub's controller: what is written on the hub from then on nobody puts right. */
  stopController(): Promise<void>;
  stop(): Promise<void>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** Far in the future, so that no renewal gets into the way. */
const token = `x.${Buffer.from(JSON.stringify({ exp: 4_102_444_800 })).toString('base64url')}.x`;

const startMember = async (hub: FakeApi, clock: Clock, name: string, nodes: readonly string[]): Promise<Member> => {
  const api = await startFakeApi({ kinds: memberKinds });
  const authority = await createAuthority({ cluster: name, project: 'default' }, Date.now(), (bytes) => randomBytes(bytes));
  for (const namespace of [memberNamespace, 'kube-system', 'app-ns'])
    api.put(builtin.namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const [index, node] of nodes.entries()) {
    const status = {
      addresses: [
        {
          type: 'InternalIP' as const,
          address: `192.168.${100 + (Buffer.from(name).reduce((sum, byte) => sum + byte, 0) % 100)}.${index + 1}`,
        },
      ],
    };
    api.put(builtin.nodeKind, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node },
      spec: { podCIDR: `10.244.${index}.0/24` },
      status,
    });
  }
  const secret = (secretName: string, data: Record<string, string>): builtin.Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, namespace: memberNamespace },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
  });
  api.put(builtin.secretKind, secret(authoritySecret, { 'tls.crt': authority.certificate, 'tls.key': authority.privateKey }));
  api.put(
    builtin.secretKind,
    secret(hubSecret, { server: hub.connection.server, 'ca.crt': '', token, project: 'default', namespace: 'default', cluster: name }),
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
  const cluster: Cluster = {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name, namespace: 'default' },
    spec: { caBundle: authority.certificate },
  };
  hub.put(builtin.leaseKind, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: workerAccount(name), namespace: 'default', labels: { [clusterLabel]: name } },
  });
  hub.put(clusterKind, cluster);

  let running: { stopping: AbortController; ended: Promise<unknown> } | undefined;
  const start = (): void => {
    const stopping = new AbortController();
    const local = observeCluster(createClient(api.connection, { fieldManager }), quietLog, createMetrics());
    const ended = Promise.allSettled([
      ...mirrorsOf(local).map((mirror) => mirror.run(stopping.signal)),
      leadWorker(
        local,
        { version: '0.0.0', instance: 'worker-1', credentialSeconds: 3600, fenced: (client) => client },
        clock,
        stopping.signal,
      ),
    ]);
    running = { stopping, ended };
  };
  const stop = async (): Promise<void> => {
    running?.stopping.abort();
    await running?.ended;
    running = undefined;
  };
  start();
  return { name, api, start, stop };
};

/** Starts a hub with its controller and no members. */
export const startFleet = async (): Promise<Fleet> => {
  const clock = leapingClock();
  const hub = await startFakeApi({ kinds: hubKinds });
  const stopping = new AbortController();
  const world = observeHub(createClient(hub.connection, { fieldManager: 'kubeslice-controller' }), quietLog, createMetrics(), clock);
  const ended = Promise.allSettled([
    ...hubMirrors(world).map((mirror) => mirror.run(stopping.signal)),
    leadController(world, { instance: 'controller-1', credentialSeconds: 3600 }, clock, stopping.signal),
  ]);
  const members = new Map<string, Member>();
  const stopController = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  return {
    hub,
    members,
    clock,
    join: async (name, nodes = ['node-1', 'node-2']) => {
      const member = await startMember(hub, clock, name, nodes);
      members.set(name, member);
      return member;
    },
    stopController,
    stop: async () => {
      await Promise.all([...members.values()].map((member) => member.stop()));
      await stopController();
      await Promise.all([hub, ...[...members.values()].map((member) => member.api)].map((api) => api.stop()));
    },
  };
};
