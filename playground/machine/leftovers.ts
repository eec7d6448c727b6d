import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { controlGroupPath, hostInterface } from '../clusters/names.ts';
import type { PlaygroundPaths } from '../clusters/paths.ts';
import { commandLine } from './command-line.ts';
import { groupProcesses, groupsBelow, type Hierarchy } from './control-groups.ts';
import { interfaces, playgroundNamespaces } from './network.ts';

/** Identities (inode numbers) of the network namespaces of a playground; they identify the processes inside. */
export type NamespaceIdentities = ReadonlyMap<number, string>;

/** The identities of the network namespaces of a playground. */
export async function namespaceIdentities(playground: string, signal: AbortSignal): Promise<NamespaceIdentities> {
  const found = new Map<number, string>();
  for (const name of await playgroundNamespaces(playground, signal)) found.set((await stat(`/run/netns/${name}`)).ino, name);
  return found;
}

/** What to search for. `slot` and `paths` are absent when the state directory has no record of the playground. */
export interface LeftoversInput {
  playground: string;
  slot?: number;
  paths: PlaygroundPaths;
  hierarchies: readonly Hierarchy[];
}

/**
 * Everything of a playground that this machine still has, one line each: processes, network namespaces, interfaces, mounts, control groups, files. An
 * empty list proves that nothing is left.
 */
export async function leftovers(input: LeftoversInput, signal: AbortSignal): Promise<string[]> {
  const group = controlGroupPath(input.playground);
  const lines: string[] = [];
  for (const pid of await groupProcesses(input.hierarchies, group))
    lines.push(`process ${pid} (${await commandOf(pid)}) in control group ${group}`);
  for (const name of await playgroundNamespaces(input.playground, signal)) lines.push(`network namespace ${name}`);
  if (input.slot !== undefined) {
    const uplink = hostInterface(input.slot);
    if ((await interfaces(undefined, signal)).has(uplink)) lines.push(`interface ${uplink}`);
  }
  for (const mount of await mountsBelow(input.paths.directory)) lines.push(`mount ${mount}`);
  for (const directory of await groupsBelow(input.hierarchies, group)) lines.push(`control group ${directory}`);
  if (await stat(input.paths.directory).catch(() => undefined)) lines.push(`directory ${input.paths.directory}`);
  return lines;
}

/** Mount points below a directory, deepest first. */
export async function mountsBelow(directory: string): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  const points = text.split('\n').map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '));
  return points
    .filter((point) => point.startsWith(`${directory}/`))
    .toSorted()
    .toReversed();
}

/**
 * Processes in the namespaces, one line each. Call it while the namespaces exist: later the kernel reuses their identities, and it would return
 * processes of others.
 */
export async function processesIn(identities: NamespaceIdentities): Promise<string[]> {
  const found: string[] = [];
  if (identities.size === 0) return found;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const link = await readlink(`/proc/${entry}/ns/net`).catch(() => '');
    const namespace = identities.get(Number(/\d+/.exec(link)?.[0] ?? 0));
    if (namespace !== undefined) found.push(`process ${entry} (${await commandOf(Number(entry))}) in network namespace ${namespace}`);
  }
  return found;
}

const commandOf = async (pid: number): Promise<string> => (await commandLine(pid)).join(' ').slice(0, 80) || 'ended';
