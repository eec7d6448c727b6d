import { copyFile, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlaygroundPaths } from './paths.ts';

/** Programs that a playground executes and that no distribution brings in the version wanted. */
export const programNames = [
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'packet-delay',
] as const;

/** One of those programs. */
export type ProgramName = (typeof programNames)[number];

/** The CNI plugins that the pod network of a node is made of. */
export const pluginNames = ['host-local', 'loopback', 'portmap', 'ptp'] as const;

/** What a playground is made from; whoever calls `up` brings it. */
export interface Tools {
  /** Absolute path of each program. Paths contain a hash of the content: another path means another program, and machines are restarted. */
  programs: Record<ProgramName, string>;
  /** Further programs for the PATH that `env` prints, such as helm. */
  extraPrograms?: Readonly<Record<string, string>>;
  /** Folder of the CNI plugins, such as /usr/lib/cni. */
  cniPlugins: string;
  /** Image archives that every node needs, and what two images in them are called. */
  images: readonly string[];
  pauseImage: string;
  dnsImage: string;
}

/** The folder in which a playground's programs are found by their names. */
export function programFolder(paths: PlaygroundPaths): string {
  return join(paths.directory, 'bin');
}

/** Makes the folder of links. */
export async function linkPrograms(paths: PlaygroundPaths, tools: Tools): Promise<void> {
  const folder = programFolder(paths);
  await mkdir(folder, { recursive: true });
  for (const [name, target] of Object.entries({ ...tools.programs, ...tools.extraPrograms })) {
    const link = join(folder, name);
    if ((await readlink(link).catch(() => undefined)) === target) continue;
    await rm(link, { force: true });
    await symlink(target, link);
  }
}

/** Copies the CNI plugins to a node's folder; the copy is the node's own, others put theirs beside it. */
export async function copyPlugins(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await Promise.all(pluginNames.map((name) => copyFile(join(from, name), join(to, name))));
}
