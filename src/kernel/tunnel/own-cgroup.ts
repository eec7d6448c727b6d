import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** One cgroup hierarchy of a machine: its mount point, and the part of it that the mount shows. */
export interface Hierarchy {
  /** Controllers as `/proc/PID/cgroup` names them, such as `cpu,cpuacct` or `name=systemd`; empty for cgroup v2. */
  readonly controllers: string;
  readonly mountPoint: string;
  /** Path inside the hierarchy that the mount point shows. */
  readonly root: string;
}

/** The cgroup mounts in a `/proc/PID/mountinfo` (proc(5)), v1 and v2. */
export const parseHierarchies = (mountinfo: string): Hierarchy[] =>
  mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ controllers: '', mountPoint, root }];
    if (type !== 'cgroup') return [];
    const controllers = options.split(',').filter((option) => !superOptions.has(option));
    return [{ controllers: controllers.join(','), mountPoint, root }];
  });

// Super block options of a v1 mount that are not controllers.
const superOptions = new Set(['rw', 'ro', 'noprefix', 'clone_children', 'cpuset_v2_mode', 'xattr', 'seclabel', 'favordynmods']);

/** Controllers → cgroup path, from a `/proc/PID/cgroup`. */
export const parseMembership = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, controllers = '', ...path] = line.split(':');
        return [controllers, path.join(':')] as const;
      }),
  );

/**
 * Directory, as the machine's own processes see it, of our cgroup beside the one of PID 1. It is not below a pod, where the container runtime would
 * kill its processes, and it is inside the limits of the machine itself.
 */
export const ownCgroup = (hierarchy: Hierarchy, initPath: string, name: string): string => {
  const inside = initPath.startsWith(hierarchy.root) ? initPath.slice(hierarchy.root === '/' ? 0 : hierarchy.root.length) : initPath;
  // systemd and kind keep PID 1 in a leaf of its own.
  const base = /\/(init\.scope|init)$/.test(inside) ? dirname(inside) : inside;
  return `${hierarchy.mountPoint}${base === '/' || base === '' ? '' : base}/${name}`;
};

/** How this process sees the machine's processes and files. */
export interface MachineView {
  /** Content of PID 1's `/proc/1/mountinfo`, and of `/proc/1/cgroup` as seen in PID 1's own cgroup namespace. */
  readonly mountinfo: string;
  readonly membership: string;
  /** Prefix of the machine's paths: `/proc/1/root` from inside a container, empty on the machine itself. */
  readonly root: string;
}

const cgroupDirectories = (view: MachineView, name: string): { path: string; controllers: string }[] => {
  const membership = parseMembership(view.membership);
  return parseHierarchies(view.mountinfo).flatMap((hierarchy) => {
    const path = membership.get(hierarchy.controllers);
    return path === undefined ? [] : [{ path: view.root + ownCgroup(hierarchy, path, name), controllers: hierarchy.controllers }];
  });
};

/**
 * Weights that give the group eight times the processor time of an ordinary service under contention: the packets of every pod in the slices pass
 * through it. With cgroup v2 the file exists only where the machine distributes processor time at that level.
 */
const weightFiles = (controllers: string): { file: string; value: string }[] => {
  if (controllers === '') return [{ file: 'cpu.weight', value: '800' }];
  return controllers.split(',').includes('cpu') ? [{ file: 'cpu.shares', value: '8192' }] : [];
};

/** Moves a process into our cgroup of every hierarchy. Returns the hierarchies that failed, with the reason. */
export const moveToOwnCgroup = async (view: MachineView, name: string, pid: number): Promise<string[]> => {
  const problems: string[] = [];
  for (const { path, controllers } of cgroupDirectories(view, name)) {
    try {
      await mkdir(path, { recursive: true });
      // A new v1 cpuset is empty, and no process may enter an empty one.
      if (controllers.split(',').includes('cpuset')) {
        for (const file of ['cpuset.cpus', 'cpuset.mems']) {
          await writeFile(`${path}/${file}`, await readFile(`${dirname(path)}/${file}`, 'utf8'));
        }
      }
      // A machine without these files gives the group an ordinary weight.
      for (const { file, value } of weightFiles(controllers)) await writeFile(`${path}/${file}`, value).catch(() => {});
      await writeFile(`${path}/cgroup.procs`, String(pid));
    } catch (error) {
      problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return problems;
};

/** Removes our cgroups. A cgroup that still has a process after a second stays. */
export const removeOwnCgroup = async (view: MachineView, name: string): Promise<void> => {
  // An ended process counts until its parent has reaped it.
  for (const { path } of cgroupDirectories(view, name)) await rmdirPatiently(path, 20);
};

const rmdirPatiently = async (path: string, attempts: number): Promise<void> => {
  const code = await rmdir(path).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code !== 'EBUSY' || attempts === 0) return;
  await setTimeout(50);
  await rmdirPatiently(path, attempts - 1);
};
