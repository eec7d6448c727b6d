import { clusterKind, noticeKind, serviceExportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { workerAccount } from '../../src/api/places.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { podKind, serviceKind } from '../../src/kubernetes/kinds.ts';
import { fixedToken } from '../../src/kubernetes/token-source.ts';
import { encodeVotes } from '../../src/plan/link-votes.ts';
import { leadController } from '../../src/programs/controller/lead.ts';
import { fieldManager, mirrorsOf, observeHub } from '../../src/programs/controller/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { canonicalJson } from '../../src/values/canonical-json.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import { authorityFilesOf, type Member, startMember } from '../clusters/member.ts';
import { ensure, until } from '../e2e/until.ts';
import { type HubApi, startHubApi } from '../regression/hub-api.ts';
import { serviceExport, slice } from './workload.ts';

/** Namespace of the slice's pods in the members; the fake API servers of the test fleet have it. */
const namespace = 'app-ns';
const sliceName = 'app';

/**
 * Clusters that are simulated up to their edge: real workers and a real controller speak the real exchange on a real API server; the members' own
 * API servers are fakes, and nobody makes tunnels.
 */
export interface SimulatedFleet {
  readonly hub: HubApi;
  readonly members: readonly Member[];
  /** Resolves when every member knows every node of the slice, and nothing more is written to the hub. */
  settled(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

let keys = 0;

/** What the agents of a member would write: a tunnel for each node that has none, and that every peer is reached. */
const simulateAgents = ({ api }: Member): void => {
  const peers = new Map<string, string[]>();
  for (const { spec } of api.objects(slicePeerKind)) peers.set(spec.cluster, [...(peers.get(spec.cluster) ?? []), spec.node]);
  for (const node of api.objects(sliceNodeKind)) {
    const votes = [...peers].map(([cluster, nodes]) => {
      const others = nodes.filter((name) => name !== node.spec.node);
      return [cluster, { ...encodeVotes(new Map(others.map((name) => [name, 'Up' as const]))), worstRttMs: 1 }] as const;
    });
    const clusters = Object.fromEntries(votes);
    const before = node.status;
    const at = Date.parse(before?.links?.observedAt ?? '');
    const isOld = Number.isNaN(at) || Date.now() - at > 15_000;
    if (before?.publicKey !== undefined && !isOld && canonicalJson(before.links?.clusters ?? {}) === canonicalJson(clusters)) continue;
    keys += before?.publicKey === undefined ? 1 : 0;
    const first = node.spec.blocks[0] ?? '';
    api.put(sliceNodeKind, {
      ...node,
      status: {
        pods: {},
        ...before,
        publicKey: before?.publicKey ?? Buffer.alloc(32, String(keys).padStart(8, '0')).toString('base64'),
        port: 51820,
        endpoints: [{ address: '192.168.1.1', port: 51820 }],
        drivers: ['WireGuard'],
        driver: 'WireGuard',
        router: first.replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + 1}`),
        links: { observedAt: new Date().toISOString(), clusters },
      },
    });
  }
};

/** A pod of the app on the first node of a member, attached; Ready or not. */
export const putPod = ({ api }: Member, name: string, isReady: boolean): void => {
  const node = api.objects(sliceNodeKind)[0];
  if (node === undefined) throw new Error('the member has no node in the slice yet');
  const { metadata } = api.put(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'web' } },
    spec: { containers: [], nodeName: node.spec.node },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  });
  const pods = node.status?.pods ?? {};
  const uid = metadata.uid ?? '';
  if (pods[uid] !== undefined) return;
  const next = 2 + Object.keys(pods).length;
  const address = (node.spec.blocks[0] ?? '').replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + next}`);
  api.put(sliceNodeKind, { ...node, status: { ...node.status, pods: { ...pods, [uid]: { namespace, name, address } } } });
};

/** Exports the app of a member under a name. */
export const putExport = ({ api }: Member, name: string): void => {
  const spec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 80 }] };
  api.put(serviceKind, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec });
  api.put(serviceExportKind, serviceExport(namespace, name, sliceName, 'web'));
};

/** Takes such an export away. */
export const removeExport = ({ api }: Member, name: string): void => api.remove(serviceExportKind, { namespace, name });

/** Changes the namespaces of the slice beside its own. */
export const setNamespaces = ({ hub }: SimulatedFleet, more: readonly string[], signal: AbortSignal): Promise<unknown> =>
  hub.admin.mergePatch(
    sliceKind,
    { namespace: 'default', name: sliceName },
    { spec: { namespaceIsolationProfile: { allowedNamespaces: [namespace, ...more] } } },
    { signal },
  );

const nodesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `node-${index}`);

/** The programs of the hub, with the rights that they have when they are installed. */
const startController = async (hub: HubApi, signal: AbortSignal): Promise<{ readonly ended: Promise<unknown> }> => {
  const token = await hub.tokenOf('kubeslice-controller', 'kubeslice-controller');
  const client = createClient({ ...hub.api.connection, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager });
  const world = observeHub(client, quietLog, createMetrics());
  const ended = Promise.allSettled([
    ...mirrorsOf(world).map((mirror) => mirror.run(signal)),
    leadController(world, { instance: 'controller-1', credentialSeconds: 3600 }, systemClock, signal),
  ]).finally(() => client.close());
  return { ended };
};

/** How a fleet is made. */
export interface FleetShape {
  readonly clusters: readonly string[];
  readonly nodes: number;
  /** Clusters that are registered and members of the slice, and whose worker does not run here, with the certificates of their authorities. */
  readonly guests?: ReadonlyMap<string, string>;
}

/** Starts a fleet with one slice over all of it. It is settled when every member knows every node. */
export const startSimulatedFleet = async (shape: FleetShape, signal: AbortSignal): Promise<SimulatedFleet> => {
  const { clusters, nodes, guests = new Map<string, string>() } = shape;
  const hub = await startHubApi([...clusters, ...guests.keys()], { signal });
  const ending = new AbortController();
  const members: Member[] = [];
  const stopping: (() => Promise<unknown>)[] = [() => hub.stop()];
  const stop = async (): Promise<void> => {
    ending.abort();
    for (const end of stopping.toReversed()) await end();
  };
  try {
    const controller = await startController(hub, ending.signal);
    stopping.push(() => controller.ended);
    const register = (name: string, caBundle: string): Promise<unknown> =>
      hub.admin.mergePatch(clusterKind, { namespace: 'default', name }, { spec: { caBundle } }, { signal });
    for (const [name, certificate] of guests) await register(name, certificate);
    for (const name of clusters) {
      const authority = await authorityFilesOf(name);
      await register(name, authority.certificate);
      const token = await hub.tokenOf('default', workerAccount(name));
      const { server, ca = '' } = hub.api.connection;
      const member = await startMember({ server, ca, token }, authority, systemClock, name, nodesOf(nodes));
      members.push(member);
      stopping.push(async () => {
        await member.stop();
        await member.api.stop();
      });
    }
    await hub.admin.apply(sliceKind, slice(sliceName, '172.16.0.0/12', [namespace]), { signal });
    const agents = setInterval(() => {
      for (const member of members) simulateAgents(member);
    }, 1_000);
    stopping.push(async () => clearInterval(agents));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    hub,
    members,
    stop,
    settled: async (during) => {
      await until(
        'every member knows every node',
        async () => {
          const all = members.reduce((sum, { api }) => sum + api.objects(sliceNodeKind).length, 0);
          const known = members.map(({ api }) => api.objects(slicePeerKind).length);
          ensure(all >= clusters.length * nodes && known.every((count) => count === all), `of ${all} nodes are known ${known.join(', ')}`);
        },
        { withinMs: 900_000, everyMs: 1_000 },
      );
      let before = '';
      await until(
        'nothing is written any more',
        async () => {
          const { items } = await hub.admin.list(noticeKind, { signal: during });
          const now = items.map(({ metadata }) => `${metadata.name}=${metadata.resourceVersion}`).join();
          const isSame = now === before;
          before = now;
          ensure(isSame, 'notices change');
        },
        { withinMs: 300_000, everyMs: 5_000 },
      );
      await sleep(systemClock, 3_000, during);
    },
  };
};
