import { expect, vi } from 'vitest';
import { isHeldImport } from '../../src/api/imported-service.ts';
import { noticeKind, serviceExportKind, sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import type { ServiceExport } from '../../src/api/serviceexport/type.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import { isInSlice } from '../../src/api/slicenode/type.ts';
import { endpointSliceKind, nodeKind, podKind, serviceKind } from '../../src/kubernetes/kinds.ts';
import type { ResourceKind } from '../../src/values/resource-kind.ts';
import { type Fleet, type Member, startFleet } from './fleet.ts';
import { removeResident } from './member.ts';

/*
 * Two clusters in this process, a slice over both and a service in one of them, for the tests of what goes between them.
 */

export const slice: Slice = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'app', namespace: 'default', uid: 'slice-uid-1', generation: 1 },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] } },
};
export const exported: ServiceExport = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name: 'web', namespace: 'app-ns', uid: 'export-uid', generation: 1 },
  spec: { slice: 'app' },
};
const key = (node: number): string => Buffer.alloc(32, node).toString('base64');

export let fleet: Fleet;
export let east: Member;
export let west: Member;
let keys = 0;
/** Machines that are busy take their time; a test that passes does not wait for it. */
export const wait = { timeout: 120_000, interval: 10 };

export const nodesOf = (member: Member) => member.api.objects(sliceNodeKind);
export const boardUID = (): string => fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' })?.metadata.uid ?? '';
export const notices = (kind: string) => fleet.hub.objects(noticeKind).filter((notice) => notice.spec.kind === kind);
/** Notices that state something, and do not withdraw it. */
export const inForce = (kind: string) => notices(kind).filter(({ spec }) => !spec.statement.includes('"withdrawn":true'));
export const importedSlices = (member: Member) => member.api.objects(endpointSliceKind);

/** The address of a node outside of the slice. */
const addressOf = (member: Member, name: string): string => member.api.read(nodeKind, { name })?.status?.addresses?.[0]?.address ?? '';

/** What the agents would say when they have made their tunnels, and ended those that no pod needs. */
export const agentSpeaks = (member: Member): void => {
  for (const node of nodesOf(member)) {
    const isUsed = isInSlice(node) && node.spec.blocks.length > 0;
    if (!isUsed && node.status?.publicKey !== undefined) member.api.put(sliceNodeKind, { ...node, status: {} });
    if (!isUsed || node.status?.publicKey !== undefined) continue;
    keys += 1;
    const router = (node.spec.blocks[0] ?? '').replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + 1}`);
    const status = {
      publicKey: key(keys),
      port: 51820,
      endpoints: [{ address: addressOf(member, node.spec.node), port: 51820 }],
      drivers: ['wireguard'],
      router,
      pods: {},
      // A path to every peer at once.
      peersVersion: Number.MAX_SAFE_INTEGER,
    };
    member.api.put(sliceNodeKind, { ...node, status });
  }
};
export const everybodySpeaks = async (): Promise<void> => {
  for (const member of fleet.members.values()) {
    await vi.waitFor(() => expect(nodesOf(member).length).toBe(2), wait);
    agentSpeaks(member);
  }
};
export const runPod = (member: Member, name: string, ready = true): void => {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }] as const;
  const podObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'app-ns', labels: { app: 'web' } },
    spec: { containers: [], nodeName: nodesOf(member)[0]?.spec.node ?? '' },
    status: { phase: 'Running' as const, conditions },
  };
  const uid = member.api.put(podKind, podObject).metadata.uid ?? '';
  const node = nodesOf(member)[0];
  if (node === undefined || node.status?.pods?.[uid] !== undefined) return;
  const address = (node.spec.blocks[0] ?? '').replace(
    /\.(\d+)\/\d+$/,
    (_, last: string) => `.${Number(last) + 2 + Object.keys(node.status?.pods ?? {}).length}`,
  );
  member.api.put(sliceNodeKind, {
    ...node,
    status: { ...node.status, pods: { ...node.status?.pods, [uid]: { namespace: 'app-ns', name, address } } },
  });
};
export const offer = (member: Member): void => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'app-ns' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  };
  member.api.put(serviceKind, service);
  member.api.put(serviceExportKind, exported);
};
/** The imported endpoints with which names answer: not those of a service that is held. */
export const endpoints = (member: Member) =>
  importedSlices(member).flatMap((one) =>
    isHeldImport(one.metadata)
      ? []
      : (one.endpoints ?? []).map(
          (endpoint) =>
            `${one.metadata.labels?.['multicluster.kubernetes.io/source-cluster']} ${endpoint.addresses[0]} ${endpoint.conditions?.ready}`,
        ),
  );

/** East offers a service with one pod, and the names of west answer with it. */
export const eastOffers = async (): Promise<void> => {
  await everybodySpeaks();
  runPod(east, 'a');
  offer(east);
  await vi.waitFor(() => expect(endpoints(west).length).toBe(1), wait);
};

/** Ends the pod with which a node of a member began. */
export const dropResident = (member: Member, node: string): void => removeResident(member.api, node);

/** How the two clusters begin. */
interface Beginning {
  /** Kinds that all of them lack. @default none */
  readonly lacking?: readonly ResourceKind[];
  /** Nodes of east. @default two */
  readonly nodes?: readonly string[];
  /** Those of them on which no pod runs. @default none */
  readonly unused?: readonly string[];
}

/** Starts the two clusters, with the slice on the hub. */
const begin = async ({ lacking = [], nodes, unused = [] }: Beginning): Promise<void> => {
  fleet = await startFleet(lacking);
  east = await fleet.join('east', nodes);
  west = await fleet.join('west');
  for (const node of unused) dropResident(east, node);
  fleet.hub.put(sliceKind, slice);
};

/** Starts the two clusters, with the slice on the hub; all of them lack some kinds. */
export const beginLacking = (lacking: readonly ResourceKind[]): Promise<void> => begin({ lacking });

/** Starts the two clusters, with the slice on the hub, of which no pod runs on some nodes of east; `nodes` are those of east. */
export const beginWithUnused = (unused: readonly string[], nodes?: readonly string[]): Promise<void> =>
  begin(nodes === undefined ? { unused } : { unused, nodes });

/** Starts the two clusters, with the slice on the hub. */
export const beginExample = (): Promise<void> => begin({});

/** Ends them. */
export const endExample = (): Promise<void> => fleet.stop();
