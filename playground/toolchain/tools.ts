import { copyFile, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlaygroundPaths } from '../clusters/paths.ts';

/** Programs that a playground executes and that no distribution has in the required version. */
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

/** The CNI plugins of a node's pod network. */
export const pluginNames = ['host-local', 'loopback', 'portmap', 'ptp'] as const;

/** The programs and images of a playground; the caller of `up` supplies them. */
export interface Tools {
  /** Absolute path of each program. Paths contain a hash of the content: with another path, machines are restarted. */
  programs: Record<ProgramName, string>;
  /** Further programs for the PATH of `env`, such as helm. */
  extraPrograms?: Readonly<Record<string, string>>;
  /** Folder of the CNI plugins, such as /usr/lib/cni. */
  cniPlugins: string;
  /** Image archives that every node needs, and the names of two images in them. */
  images: readonly string[];
  pauseImage: string;
  dnsImage: string;
}

/** The folder with links to a playground's programs. */
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

/** Copies the CNI plugins to a node's folder, where others may add theirs. */
export async function copyPlugins(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await Promise.all(pluginNames.map((name) => copyFile(join(from, name), join(to, name))));
}
