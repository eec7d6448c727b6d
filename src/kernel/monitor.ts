import type { ChildProcess } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { createInterface } from 'node:readline';
import { startProgram } from '../host/start-program.ts';
import { inNetns, netnsDirectory, netnsIdentity, netnsPath } from './netns.ts';

/**
 * Reports changes of interfaces, addresses and routes in the slices' namespaces and in their pods, and when a namespace is created or deleted. It
 * reports where something changed, not what: the kernel port observes that. Our own changes are reported too.
 *
 * Changes of firewall rules, peers and settings produce no such events; a periodic resync finds those.
 */
export class NamespaceMonitor {
  readonly #children = new Map<string, { child: ChildProcess; identity: string }>();
  readonly #onChange: (netns: string) => void;
  #directory: FSWatcher | undefined;

  constructor(onChange: (netns: string) => void) {
    this.#onChange = onChange;
  }

  /** Watches exactly these namespaces. Call it again periodically: it also restarts watches that ended. */
  async aim(names: readonly string[]): Promise<void> {
    for (const [name, { child }] of this.#children) {
      if (!names.includes(name)) this.#end(name, child);
    }
    for (const name of names) {
      const identity = await netnsIdentity(netnsPath(name));
      const running = this.#children.get(name);
      if (running?.identity === identity) continue;
      if (running !== undefined) this.#end(name, running.child);
      if (identity !== undefined) this.#start(name, identity);
    }
    this.#watchDirectory(names.length > 0);
  }

  /** Ends all watching. */
  stop(): void {
    for (const [name, { child }] of this.#children) this.#end(name, child);
    this.#watchDirectory(false);
  }

  #start(name: string, identity: string): void {
    // all-nsid: includes events in the namespaces at the other ends of the pods' interfaces.
    const words = inNetns(netnsPath(name), ['ip', '-o', 'monitor', 'all-nsid', 'link', 'address', 'route']);
    const child = startProgram(words, ['ignore', 'pipe', 'ignore'], () => {
      if (this.#children.get(name)?.child === child) this.#children.delete(name);
    });
    if (!child?.stdout) return;
    this.#children.set(name, { child, identity });
    createInterface({ input: child.stdout }).on('line', () => this.#onChange(name));
  }

  #end(name: string, child: ChildProcess): void {
    this.#children.delete(name);
    child.kill('SIGKILL');
  }

  #watchDirectory(wanted: boolean): void {
    if (!wanted) {
      this.#directory?.close();
      this.#directory = undefined;
      return;
    }
    if (this.#directory !== undefined) return;
    try {
      this.#directory = watch(netnsDirectory, (_, name) => {
        if (name !== null && this.#children.has(name)) this.#onChange(name);
      });
      this.#directory.on('error', () => this.#watchDirectory(false));
    } catch {
      // The directory appears with the first namespace; the next call tries again.
    }
  }
}
