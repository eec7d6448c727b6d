import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProcess } from '../../src/host/read-if-present.ts';

/** One mounted hierarchy of control groups: a version 1 controller set, or the version 2 tree. */
export interface Hierarchy {
  version: 1 | 2;
  /** Its mount point on the host, for example /sys/fs/cgroup/memory. */
  mountPoint: string;
  /** Mount options for the same hierarchy: `cpu,cpuacct`, or `none,name=systemd`. Empty for version 2. */
  options: string;
}

/** Reads the hierarchies from the text of /proc/self/mountinfo (proc(5)). A hybrid machine has version 1 and 2 side by side. */
export function parseHierarchies(mountInfo: string): Hierarchy[] {
  const generic = new Set([
    'rw',
    'ro',
    'relatime',
    'nosuid',
    'nodev',
    'noexec',
    'nsdelegate',
    'memory_recursiveprot',
    'xattr',
    'clone_children',
  ]);
  const found = new Map<string, Hierarchy>();
  for (const line of mountInfo.split('\n')) {
    const [before, after] = line.split(' - ');
    const mountPoint = before?.split(' ')[4];
    const [type, , superOptions] = after?.split(' ') ?? [];
    if (mountPoint === undefined || (type !== 'cgroup' && type !== 'cgroup2')) continue;
    const controllers = (superOptions ?? '').split(',').filter((option) => !generic.has(option) && !option.startsWith('release_agent='));
    const named = controllers.some((option) => option.startsWith('name='));
    const options = type === 'cgroup2' ? '' : [...(named ? ['none'] : []), ...controllers].join(',');
    if (!found.has(options)) found.set(options, { version: type === 'cgroup2' ? 2 : 1, mountPoint, options });
  }
  return [...found.values()];
}

/** The hierarchies of this machine. */
export async function hierarchies(): Promise<Hierarchy[]> {
  return parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8'));
}

/**
 * Creates the group in every hierarchy, with a leaf `system` for the machine's own processes. Version 2 allows no processes in a group that delegates
 * controllers, so the machine's group delegates none until its first process has moved to the leaf. Version 1 processor sets start empty, and an
 * empty set accepts no process. Nothing may run in the group.
 */
export async function createGroup(all: readonly Hierarchy[], path: string): Promise<void> {
  await removeGroup(all, path);
  const pure = isPureVersion2(all);
  for (const hierarchy of all) {
    let group = hierarchy.mountPoint;
    for (const part of path.split('/')) {
      if (pure) await delegate(group);
      group = await createChild(hierarchy, group, part);
    }
    await createChild(hierarchy, group, 'system');
  }
}

/** Whether version 2 controls everything; beside version 1 it only names groups. */
export function isPureVersion2(all: readonly Hierarchy[]): boolean {
  return all.every((hierarchy) => hierarchy.version === 2);
}

async function createChild(hierarchy: Hierarchy, parent: string, name: string): Promise<string> {
  const child = join(parent, name);
  await mkdir(child, { recursive: true });
  if (hierarchy.options.split(',').includes('cpuset')) await inheritProcessors(parent, child);
  return child;
}

async function delegate(group: string): Promise<void> {
  const controllers = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim();
  if (controllers === '') return;
  const enable = controllers.split(' ').map((name) => `+${name}`);
  await writeFile(join(group, 'cgroup.subtree_control'), enable.join(' '));
}

async function inheritProcessors(parent: string, child: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if ((await readFile(join(child, file), 'utf8')).trim() !== '') continue;
    await writeFile(join(child, file), await readFile(join(parent, file), 'utf8'));
  }
}

/** Every process in the group or below it, in any hierarchy, with its PID on the host. */
export async function groupProcesses(all: readonly Hierarchy[], path: string): Promise<number[]> {
  const found = new Set<number>();
  for (const group of await groupsBelow(all, path)) {
    // A group that is being removed has no processes (ENODEV).
    const text = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const line of text.split('\n')) if (line !== '') found.add(Number(line));
  }
  return [...found];
}

/**
 * The processes of the list that have ended in the group and that their parent has not reaped. The group no longer lists them and can be removed, but
 * they still have a PID and a line in `ps`.
 */
export async function unreaped(pids: Iterable<number>, path: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of pids) {
    const memberships = await readProcess(`/proc/${pid}/cgroup`);
    if (memberships?.includes(`:/${path}/`) === true) found.push(pid);
  }
  return found;
}

/** Directories of the group and all groups below it, in every hierarchy, deepest first. Empty when there are none. */
export async function groupsBelow(all: readonly Hierarchy[], path: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) return;
    for (const entry of entries) if (entry.isDirectory()) await visit(join(directory, entry.name));
    found.push(directory);
  };
  for (const hierarchy of all) await visit(join(hierarchy.mountPoint, path));
  return found;
}

/** Removes the group and all groups below it; groups with processes stay, and `groupsBelow` then returns them. */
export async function removeGroup(all: readonly Hierarchy[], path: string): Promise<void> {
  for (const directory of await groupsBelow(all, path)) await rmdir(directory).catch(() => undefined);
}
