import { readdir } from 'node:fs/promises';
import { readProcess } from '../../host/read-if-present.ts';

/** A Kubernetes UID inside a cgroup path: plain with cgroupfs, `_` for `-` with systemd (kubelet's cgroup drivers). */
const uidInPath = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})/;

/**
 * UID of the pod that a process belongs to, from its `/proc/PID/cgroup`, or undefined for a process of the machine itself.
 *
 * Works with cgroup v1 and v2, either cgroup driver and any container runtime, because the kubelet creates the pod's cgroup:
 * `kubepods/burstable/pod<uid>/…`, `kubepods-besteffort-pod<uid with _>.slice/…`, and the same below a node's own root. Static pods have UIDs without
 * dashes.
 */
export const podUidOf = (cgroup: string): string | undefined => uidInPath.exec(cgroup)?.[1]?.replaceAll('_', '-');

/** Where the processes of this machine are listed. */
export interface ProcessTable {
  /** @default '/proc' */
  readonly directory?: string;
}

/**
 * Network namespaces of running pods by pod UID, as `/proc/PID/ns/net` of one process of each: the one with the lowest PID. Where the runtime has a
 * sandbox, that is the sandbox, which lives as long as the pod.
 *
 * Reads every process once, about 20 µs each; needs the machine's PID namespace.
 */
export const findPodNamespaces = async ({ directory = '/proc' }: ProcessTable = {}): Promise<Map<string, string>> => {
  const pids = (await readdir(directory)).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = new Map<string, string>();
  for (const pid of pids.toSorted((a, b) => a - b)) {
    const cgroup = await readProcess(`${directory}/${pid}/cgroup`);
    const uid = cgroup === undefined ? undefined : podUidOf(cgroup);
    if (uid !== undefined && !found.has(uid)) found.set(uid, `${directory}/${pid}/ns/net`);
  }
  return found;
};

/**
 * Whether a `/proc/PID/ns/net` path found earlier still belongs to the pod: process numbers are reused, and another process's namespace must never be
 * mistaken for the pod's.
 */
export const stillOfPod = async (path: string, uid: string): Promise<boolean> => {
  const cgroup = await readProcess(path.replace(/\/ns\/net$/, '/cgroup'));
  return cgroup !== undefined && podUidOf(cgroup) === uid;
};
