import { mkdir, writeFile } from 'node:fs/promises';
import { kubeconfig } from '../config/kubeconfig.ts';
import { readFaults } from '../fault/context.ts';
import { convergeFaults } from '../fault/converge.ts';
import { describeFault, isOfNetwork } from '../fault/fault.ts';
import type { ClusterKeys } from '../keys/cluster-keys.ts';
import { hierarchies } from '../machine/control-groups.ts';
import { changeHost } from '../machine/host-changes.ts';
import { controlPlaneOf } from '../machine/machines.ts';
import { ensureRouter, interfaces } from '../machine/network.ts';
import { imageArchive } from '../node-images/images.ts';
import { linkPrograms, type Tools } from '../toolchain/tools.ts';
import { chooseSlot } from './address-plan.ts';
import { bringUpCluster, stepsOf } from './bring-up.ts';
import { checkPlaygroundName, hostInterface } from './names.ts';
import { playgroundPaths } from './paths.ts';
import { planClusters } from './plan-clusters.ts';
import { createProgress, type Report } from './progress.ts';
import { requireHost, requireRoot } from './requirements.ts';
import type { PlaygroundSpec } from './spec.ts';
import { hostLock, playgroundNames, readSpec, withLock, writeSpec } from './state.ts';
import { together } from './together.ts';

/** What to bring up, and from what. */
export interface UpOptions {
  name: string;
  /** Wanted clusters; the hub is always one of them. Empty means the existing ones, or hub, east and west. */
  clusters: readonly string[];
  /** Nodes of each cluster; 2 for a new cluster when absent. */
  nodes?: number;
  /** Folder that holds the state of all playgrounds. */
  stateDirectory: string;
  tools: Tools;
  /** Image archives to load beside those of the tools. */
  images?: readonly string[];
  /** Keeps faults of the network between clusters, so that nodes can be added during one. @default false */
  keepFaults?: boolean;
}

/** A running playground. */
export interface Playground {
  spec: PlaygroundSpec;
  /** Kubeconfig with one context for each cluster. */
  kubeconfig: string;
}

/** Refuses what `up` would refuse because of the options or the machine, before anything changes. */
export async function checkUp({ name, clusters, nodes, stateDirectory }: Omit<UpOptions, 'tools' | 'images'>): Promise<void> {
  checkPlaygroundName(name);
  requireRoot();
  planClusters((await readSpec(stateDirectory, name))?.clusters ?? [], clusters, nodes);
}

/**
 * Brings up bare clusters of real Kubernetes: it creates what is missing and keeps what runs. So the next `up` continues an interrupted one, starts a
 * killed machine again, and can add clusters or nodes.
 */
export async function up(options: UpOptions, report: Report, signal: AbortSignal): Promise<Playground> {
  checkPlaygroundName(options.name);
  const facts = await requireHost(signal);
  return await withLock(options.stateDirectory, options.name, async () => {
    const spec = await decideSpec(options, signal);
    const paths = playgroundPaths(options.stateDirectory, options.name);
    const progress = createProgress(['router', ...spec.clusters.flatMap((cluster) => Object.values(stepsOf(cluster)))], report, () =>
      performance.now(),
    );
    await writeSpec(options.stateDirectory, spec);
    await withLock(options.stateDirectory, hostLock, async () => changeHost(options.stateDirectory), { signal, waitMs: 10_000 });
    await linkPrograms(paths, options.tools);
    await ensureRouter(spec, signal);
    progress.done('router');
    const all = await hierarchies();
    const faults = await readFaults(paths);
    const kept = options.keepFaults === true ? faults.filter(isOfNetwork) : [];
    const healed = faults.filter((fault) => !kept.includes(fault));
    if (faults.length > 0) await convergeFaults({ spec, paths, hierarchies: all }, kept, signal);
    if (healed.length > 0) progress.note(`healed: ${healed.map(describeFault).join('; ')}`);
    if (kept.length > 0) progress.note(`still there: ${kept.map(describeFault).join('; ')}`);
    const archives = [...options.tools.images, ...(options.images ?? [])];
    const images = await Promise.all(archives.map((file) => imageArchive(file, signal)));
    const context = { spec, paths, hierarchies: all, facts, tools: options.tools, images, progress };
    const keys = await together(
      signal,
      spec.clusters.map((cluster) => (own: AbortSignal) => bringUpCluster(context, cluster, own)),
    );
    await mkdir(paths.directory, { recursive: true });
    await writeFile(paths.kubeconfig, await administratorKubeconfig(spec, keys), { mode: 0o600 });
    return { spec, kubeconfig: paths.kubeconfig };
  });
}

async function decideSpec(options: UpOptions, signal: AbortSignal): Promise<PlaygroundSpec> {
  const existing = await readSpec(options.stateDirectory, options.name);
  const clusters = planClusters(existing?.clusters ?? [], options.clusters, options.nodes);
  if (existing !== undefined) return { ...existing, clusters };
  // Interfaces also show playgrounds of other state directories.
  const onHost = await interfaces(undefined, signal);
  const taken = new Set(Array.from({ length: 32 }, (_, slot) => slot).filter((slot) => onHost.has(hostInterface(slot))));
  for (const other of await playgroundNames(options.stateDirectory)) {
    const spec = await readSpec(options.stateDirectory, other);
    if (spec !== undefined) taken.add(spec.slot);
  }
  return { name: options.name, slot: chooseSlot(options.name, taken), clusters };
}

async function administratorKubeconfig(spec: PlaygroundSpec, keys: readonly ClusterKeys[]): Promise<string> {
  const entries = spec.clusters.map(async (cluster, position) => {
    const own = keys[position] as ClusterKeys;
    const server = `https://${controlPlaneOf(spec.slot, cluster).address}:6443`;
    const client = await own.read('admin');
    return { context: cluster.name, user: `${cluster.name}-admin`, server, authority: own.authority.certificate, client };
  });
  return kubeconfig(await Promise.all(entries));
}
