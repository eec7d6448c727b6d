import { netnsIdentity } from '../../../kernel/netns.ts';
import { findPodNamespaces, stillOfPod } from '../../../kernel/pod/pod-namespaces.ts';
import type { Clock } from '../../../values/clock.ts';

/** All processes are read at most this often, however many pods have not started yet. */
const scanEveryMs = 400;

/**
 * Knows the network namespaces of this node's pods: announced by the CNI plugin when a pod starts, or found by the pod's UID among the running
 * processes.
 */
export class PodNetns {
  readonly #clock: Clock;
  readonly #announced: Map<string, string>;
  #found = new Map<string, string>();
  #scannedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, announced: Readonly<Record<string, string>> = {}) {
    this.#clock = clock;
    this.#announced = new Map(Object.entries(announced));
  }

  /** Called by the CNI plugin: a pod starts in this namespace. */
  announce(uid: string, path: string): void {
    this.#announced.set(uid, path);
  }

  /** Called by the CNI plugin: a pod's namespace ends; a newer one of the same pod stays. */
  forget(uid: string, path: string | undefined): void {
    if (path === undefined || path === '' || this.#announced.get(uid) === path) this.#announced.delete(uid);
  }

  /** The announcements of the CNI plugin, by pod UID; for the snapshot. */
  announced(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#announced);
  }

  /** The current namespace paths of the given pods, by UID; it also drops announcements of ended namespaces. */
  async locate(uids: readonly string[]): Promise<Map<string, string>> {
    const own = await netnsIdentity('/proc/self/ns/net');
    const located = await this.#known(uids, own);
    const missing = uids.filter((uid) => !located.has(uid));
    if (missing.length > 0 && this.#clock.monotonic() - this.#scannedAt >= scanEveryMs) {
      this.#scannedAt = this.#clock.monotonic();
      this.#found = await findPodNamespaces();
      for (const [uid, path] of await this.#known(missing, own)) located.set(uid, path);
    }
    for (const [uid, path] of this.#announced) if ((await netnsIdentity(path)) === undefined) this.#announced.delete(uid);
    return located;
  }

  async #known(uids: readonly string[], own: string | undefined): Promise<Map<string, string>> {
    const located = new Map<string, string>();
    for (const uid of uids) {
      for (const path of [this.#announced.get(uid), this.#found.get(uid)]) {
        if (path === undefined) continue;
        const identity = await netnsIdentity(path);
        // The node's own namespace is never a pod's, even if a process in a pod's cgroup joined it.
        if (identity === undefined || identity === own) continue;
        if (path.startsWith('/proc/') && !(await stillOfPod(path, uid))) continue;
        located.set(uid, path);
        break;
      }
    }
    return located;
  }
}
