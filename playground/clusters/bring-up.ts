import { rm, writeFile } from 'node:fs/promises';
import { readIfPresent } from '../../src/host/read-if-present.ts';
import { Failure } from '../../src/values/failure.ts';
import { dnsConfiguration, dnsObjects, nodeObjects } from '../config/cluster-objects.ts';
import { type ClusterKeys, ensureClusterKeys } from '../keys/cluster-keys.ts';
import type { Hierarchy } from '../machine/control-groups.ts';
import { holdService, type MachineHandle, processOne, runInside } from '../machine/machine.ts';
import { writeMachineFiles } from '../machine/machine-files.ts';
import { controlPlaneOf, nodesOf } from '../machine/machines.ts';
import { ensurePodRoutes } from '../machine/network.ts';
import { powerOn } from '../machine/power.ts';
import { until } from '../machine/until.ts';
import { type ImageArchive, loadIntoNode } from '../node-images/images.ts';
import { programFolder, type Tools } from '../toolchain/tools.ts';
import { type ClusterApi, clusterApi } from './cluster-api.ts';
import type { PlaygroundPaths } from './paths.ts';
import type { Progress } from './progress.ts';
import type { HostFacts } from './requirements.ts';
import type { ClusterSpec, Machine, PlaygroundSpec } from './spec.ts';
import { together } from './together.ts';

/** The context for bringing up any cluster of a playground. */
export interface BringUp {
  spec: PlaygroundSpec;
  paths: PlaygroundPaths;
  hierarchies: readonly Hierarchy[];
  facts: HostFacts;
  tools: Tools;
  images: readonly ImageArchive[];
  progress: Progress;
}

/** The reported steps of one cluster. */
export function stepsOf(cluster: ClusterSpec): { api: string; images: string; nodes: string; dns: string } {
  const { name } = cluster;
  return {
    api: `${name}: API server answers`,
    images: `${name}: images loaded`,
    nodes: `${name}: nodes ready`,
    dns: `${name}: cluster DNS answers`,
  };
}

// Kubelets that find no API server wait longer after each attempt, so they start only when it answers.
const heldAtStart = ['kubelet', 'kube-proxy'] as const;

/** Brings up one cluster, or what is missing of it. Returns its certificates when nodes and cluster DNS are ready. */
export async function bringUpCluster(context: BringUp, cluster: ClusterSpec, signal: AbortSignal): Promise<ClusterKeys> {
  const { spec, paths, progress } = context;
  const steps = stepsOf(cluster);
  const controlPlane = controlPlaneOf(spec.slot, cluster);
  const nodes = nodesOf(spec.slot, cluster);
  const keys = await ensureClusterKeys(paths.clusterKeys(cluster.name), controlPlane, nodes, new Date());
  const ensure = (machine: Machine, own: AbortSignal) => ensureMachine(context, { machine, controlPlane, nodes, keys }, own);
  const [, ...handles] = await together(
    signal,
    [controlPlane, ...nodes].map((machine) => (own: AbortSignal) => ensure(machine, own)),
  );
  const admin = await keys.read('admin');
  const api = clusterApi(controlPlane.address, keys.authority.certificate, admin, signal);
  try {
    await together(signal, [
      async (own) => {
        await together(
          own,
          handles.map((handle) => (each: AbortSignal) => loadImages(context, handle, each)),
        );
        progress.done(steps.images);
      },
      async (own) => {
        await apiReady(api, cluster, own);
        progress.done(steps.api);
        await applyObjects(api, nodes, context.tools, own);
        for (const handle of handles) for (const service of heldAtStart) await holdService(handle, service, false);
        await nodesReady(api, nodes, own);
        progress.done(steps.nodes);
        await dnsReady(api, own);
        progress.done(steps.dns);
      },
    ]);
  } finally {
    api.close();
  }
  return keys;
}

interface UnmanagedState {
  machine: Machine;
  controlPlane: Machine;
  nodes: readonly Machine[];
  keys: ClusterKeys;
}

async function ensureMachine(context: BringUp, { machine, controlPlane, nodes, keys }: UnmanagedState, signal: AbortSignal) {
  const { spec, paths, hierarchies, tools, facts } = context;
  const own = paths.machine(machine.name);
  const handle: MachineHandle = { playground: spec.name, name: machine.name, paths: own, hierarchies };
  const restrictOomScore = !facts.mayRaisePriority;
  const input = { playground: spec.name, paths, machine, controlPlane, keys, hierarchies, tools, restrictOomScore };
  const fingerprint = await writeMachineFiles(input);
  const started = await readIfPresent(own.started);
  if (started !== fingerprint || (await processOne(handle)) === undefined) {
    await rm(own.started, { force: true });
    await powerOn(spec, machine, handle, machine.role === 'node' ? heldAtStart : [], signal);
    await writeFile(own.started, fingerprint);
  } else {
    // The cluster may have more nodes than at its start.
    await ensurePodRoutes(spec.name, machine, nodes, signal);
  }
  return handle;
}

async function loadImages(context: BringUp, handle: MachineHandle, signal: AbortSignal): Promise<void> {
  const path = programFolder(context.paths);
  await until(
    `The container runtime of ${handle.name} answers`,
    () => answers(() => runInside(handle, ['ctr', 'version'], { signal, path })),
    { signal, timeoutMs: 60_000, remedy: `See ${handle.paths.logs}/containerd.log.` },
  );
  for (const image of context.images) await loadIntoNode(handle, image, path, signal);
}

async function apiReady(api: ClusterApi, cluster: ClusterSpec, signal: AbortSignal): Promise<void> {
  await until(
    `The API server of ${cluster.name} is ready`,
    async () => {
      await api.get('/readyz');
      await api.get('/api/v1/namespaces/kube-system').catch(missingYet);
    },
    { signal, timeoutMs: 120_000, remedy: 'See apiserver.log and etcd.log of its control plane.' },
  );
}

async function applyObjects(api: ClusterApi, nodes: readonly Machine[], tools: Tools, signal: AbortSignal): Promise<void> {
  const configuration = dnsConfiguration();
  const known = await api.get(configuration.path).then(
    () => true,
    (error: unknown) => {
      if (Failure.is(error, 'NotFound')) return false;
      throw error;
    },
  );
  const objects = [...nodeObjects(nodes), ...(known ? [] : [configuration]), ...dnsObjects(tools.dnsImage)];
  await together(
    signal,
    objects.map(
      ({ path, object }) =>
        (own: AbortSignal) =>
          until(path, async () => api.apply(path, object), { signal: own, timeoutMs: 30_000 }),
    ),
  );
}

interface NodeList {
  items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string; message?: string }[] } }[];
}

async function nodesReady(api: ClusterApi, nodes: readonly Machine[], signal: AbortSignal): Promise<void> {
  await until(
    `Nodes ${nodes.map((node) => node.name).join(', ')} are ready`,
    async () => {
      const { items } = (await api.get('/api/v1/nodes')) as NodeList;
      for (const { name } of nodes) {
        const condition = items.find((item) => item.metadata.name === name)?.status?.conditions?.find((each) => each.type === 'Ready');
        if (condition?.status !== 'True') return `${name}: ${condition?.message ?? 'its kubelet has not reported yet'}`;
      }
      return undefined;
    },
    { signal, timeoutMs: 120_000, everyMs: 250, remedy: 'See kubelet.log of the node.' },
  );
}

async function dnsReady(api: ClusterApi, signal: AbortSignal): Promise<void> {
  await until(
    'Cluster DNS is ready',
    async () => {
      const { status } = (await api.get('/apis/apps/v1/namespaces/kube-system/deployments/coredns')) as {
        status?: { readyReplicas?: number };
      };
      return (status?.readyReplicas ?? 0) > 0 ? undefined : 'no pod of deployment kube-system/coredns is ready';
    },
    { signal, timeoutMs: 120_000, everyMs: 250, remedy: 'See "kubectl -n kube-system describe pods".' },
  );
}

async function answers(ask: () => Promise<unknown>): Promise<undefined | string> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (Failure.is(error, 'CommandFailed') || Failure.is(error, 'Unavailable')) return error.message;
    throw error;
  }
}

const missingYet = (error: unknown): never => {
  if (Failure.is(error, 'NotFound')) throw new Failure('Unavailable', error.message, { cause: error });
  throw error;
};
