import type { Cluster } from '../../src/api/cluster/type.ts';
import {
  accessPolicyKind,
  clusterKind,
  credentialRequestKind,
  membershipKind,
  noticeKind,
  projectKind,
  sliceKind,
} from '../../src/api/kinds.ts';
import { clusterLabel } from '../../src/api/labels.ts';
import { workerAccount } from '../../src/api/places.ts';
import type { Heads } from '../../src/exchange/notice/heads.ts';
import type { NoticePage } from '../../src/exchange/notice/notice-page.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { leaseKind } from '../../src/kubernetes/kinds.ts';
import { leadController } from '../../src/reconcile/hub/lead.ts';
import { mirrorsOf as hubMirrors, observeHub } from '../../src/reconcile/hub/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import type { ResourceKind } from '../../src/values/resource-kind.ts';
import { type LeapingClock, leapingClock, type Pace, soon } from './leaping-clock.ts';
import { authorityFilesOf, builtinKinds, type Member, startMember } from './member.ts';
import { startTunnels, type Tunnels } from './tunnels.ts';

export type { Member } from './member.ts';

const hubKinds = [
  ...builtinKinds,
  accessPolicyKind,
  projectKind,
  clusterKind,
  sliceKind,
  membershipKind,
  noticeKind,
  credentialRequestKind,
];

/** A hub with members, controller and workers running in this process against fake API servers. */
export interface Fleet {
  readonly hub: FakeApi;
  readonly members: ReadonlyMap<string, Member>;
  /** The time by which controller and workers act. */
  readonly clock: LeapingClock;
  /** Waits until a check holds, while time passes as fast as everybody can follow. */
  soon(check: () => void, pace?: Pace): Promise<void>;
  join(name: string, nodes?: readonly string[]): Promise<Member>;
  /** Lets a member answer those who ask it through the tunnels with pages, and summaries, of its own making. */
  lie(name: string, page: (after: number) => NoticePage, heads?: (after: number) => Heads): void;
  /** For how many summaries a member has asked the others. */
  asked(name: string): number;
  /** Cuts the tunnels from and to a member; the returned function heals them. */
  cut(name: string): () => void;
  /** Lets nobody listen on a port, in any pod; the returned function lets everybody do so again. */
  closePort(port: number): () => void;
  /** Ends the hub's controller: what is written on the hub from then on nobody puts right. */
  stopController(): Promise<void>;
  stop(): Promise<void>;
}

/** Far in the future, so that no renewal gets into the way. */
const token = `x.${Buffer.from(JSON.stringify({ exp: 4_102_444_800 })).toString('base64url')}.x`;

/** Registers a cluster on the hub and starts it. */
const joinMember = async (
  hub: FakeApi,
  clock: LeapingClock,
  name: string,
  nodes: readonly string[],
  tunnels: Tunnels,
  lacking: readonly ResourceKind[],
): Promise<Member> => {
  const authority = await authorityFilesOf(name);
  const cluster: Cluster = {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name, namespace: 'default' },
    spec: { caBundle: authority.certificate },
  };
  hub.put(leaseKind, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: workerAccount(name), namespace: 'default', labels: { [clusterLabel]: name } },
  });
  hub.put(clusterKind, cluster);
  return startMember({ server: hub.connection.server, ca: '', token }, authority, clock, name, nodes, tunnels.asks(name), lacking);
};

/** Starts a hub with its controller and no members; hub and members lack some kinds. */
export const startFleet = async (lacking: readonly ResourceKind[] = []): Promise<Fleet> => {
  const clock = leapingClock();
  const hub = await startFakeApi({ kinds: hubKinds.filter((kind) => !lacking.includes(kind)) });
  const stopping = new AbortController();
  const world = observeHub(createClient(hub.connection, { fieldManager: 'kubeslice-controller' }), quietLog, createMetrics(), clock);
  const ended = Promise.allSettled([
    ...hubMirrors(world).map((mirror) => mirror.run(stopping.signal)),
    leadController(world, { instance: 'controller-1', credentialSeconds: 3600 }, clock, stopping.signal),
  ]);
  const members = new Map<string, Member>();
  const tunnels = startTunnels(members, clock);
  const stopController = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  const activity = (): number => [hub, ...[...members.values()].map(({ api }) => api)].reduce((sum, api) => sum + api.requests.length, 0);
  return {
    hub,
    members,
    clock,
    soon: (check, pace) => soon(clock, activity, check, pace),
    join: async (name, nodes = ['node-1', 'node-2']) => {
      const member = await joinMember(hub, clock, name, nodes, tunnels, lacking);
      members.set(name, member);
      return member;
    },
    cut: tunnels.cut,
    lie: tunnels.lie,
    asked: tunnels.asked,
    closePort: tunnels.closePort,
    stopController,
    stop: async () => {
      await Promise.all([...members.values()].map((member) => member.stop()));
      tunnels.stop();
      await stopController();
      await Promise.all([hub, ...[...members.values()].map((member) => member.api)].map((api) => api.stop()));
    },
  };
};
