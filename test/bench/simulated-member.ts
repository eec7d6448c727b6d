import { randomBytes } from 'node:crypto';
import { serviceExportKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { isInSlice } from '../../src/api/slicenode/type.ts';
import type { FakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { podKind, serviceKind } from '../../src/kubernetes/kinds.ts';
import { serviceExport } from './workload.ts';

/** Namespace of the slice's pods in the members; the fake API servers of the test fleet have it. */
export const namespace = 'app-ns';
/** The slice of the simulated members. */
export const sliceName = 'app';

/** Names of so many nodes. */
export const nodesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `node-${index}`);

/** Votes that every peer of so many nodes is reached. */
const allUp = (count: number) => ({ up: count, down: 0, rest: 'Up' as const, worstRttMs: 1 });
/** An agent gives a sign of life so often, in milliseconds. */
const signOfLifeMs = 15_000;

/**
 * What the agents of a member would write: a tunnel for each node that has none, and that every peer is reached. To be called now and then; it looks at the
 * nodes of this member, and counts its peers.
 */
export const simulateAgents = (api: FakeApi, own: string): void => {
  const peers = new Map<string, number>();
  for (const { spec } of api.objects(slicePeerKind)) peers.set(spec.cluster, (peers.get(spec.cluster) ?? 0) + 1);
  for (const node of api.objects(sliceNodeKind)) {
    const { status, spec } = node;
    if (!isInSlice(node) || spec.blocks.length === 0) continue;
    const known = status?.links?.clusters ?? {};
    // No node is a peer of itself.
    const wanted = (cluster: string): number => (peers.get(cluster) ?? 0) - (cluster === own ? 1 : 0);
    const isKnown =
      Object.keys(known).length === peers.size && [...peers.keys()].every((cluster) => known[cluster]?.up === wanted(cluster));
    const isOld = !(Date.now() - Date.parse(status?.links?.observedAt ?? '') < signOfLifeMs);
    if (status?.publicKey !== undefined && isKnown && !isOld) continue;
    const clusters = Object.fromEntries([...peers.keys()].map((cluster) => [cluster, allUp(wanted(cluster))]));
    const first = spec.blocks[0] ?? '';
    api.put(sliceNodeKind, {
      ...node,
      status: {
        pods: {},
        ...status,
        publicKey: status?.publicKey ?? randomBytes(32).toString('base64'),
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
export const putPod = (api: FakeApi, name: string, isReady: boolean): void => {
  const node = api.objects(sliceNodeKind).find(isInSlice);
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
export const putExport = (api: FakeApi, name: string): void => {
  const spec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 80 }] };
  api.put(serviceKind, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec });
  api.put(serviceExportKind, serviceExport(namespace, name, sliceName, 'web'));
};

/** Takes such an export away. */
export const removeExport = (api: FakeApi, name: string): void => api.remove(serviceExportKind, { namespace, name });
