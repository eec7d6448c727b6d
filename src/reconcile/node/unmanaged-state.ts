import { readdir, readFile, statfs } from 'node:fs/promises';
import { periodically } from '../../loop/periodic.ts';
import { activeConflist, isChained } from '../../plan/node/conflist.ts';
import { isFull, type NodeConditions } from '../../plan/node/node-trouble.ts';
import type { Log } from '../../telemetry/log.ts';
import type { AgentSettings } from './settings.ts';

/** How often the node's files are read, in milliseconds. */
const observeEveryMs = 3_000;

/** State of a node that the agent reports but does not manage: the configuration of the container network, and the disk. */
export class UnmanagedState {
  readonly #settings: Pick<AgentSettings, 'cniConf' | 'stateDirectory'>;
  readonly #onChange: () => void;
  #last: NodeConditions = { cni: undefined, disk: undefined };
  #key = '';
  #doubted = false;

  constructor(settings: Pick<AgentSettings, 'cniConf' | 'stateDirectory'>, onChange: () => void) {
    this.#settings = settings;
    this.#onChange = onChange;
  }

  /** The last observation. */
  get last(): NodeConditions {
    return this.#last;
  }

  /** Observes now and every three seconds, until the signal aborts. */
  async run(signal: AbortSignal, log: Log): Promise<void> {
    await periodically({ name: 'unmanaged-state', everyMs: observeEveryMs, task: async () => this.#observe(), signal, log });
  }

  async #observe(): Promise<void> {
    const { cniConf, stateDirectory } = this.#settings;
    const [seen, disk] = await Promise.all([this.#cni(cniConf), statfs(stateDirectory).catch(() => undefined)]);
    // When the agent starts, and when another plugin writes its file, ours is added shortly after: a fault counts only when observed twice.
    const isWrong = seen !== undefined && !(seen.isList && seen.chained);
    const cni = isWrong && !this.#doubted ? this.#last.cni : seen;
    this.#doubted = isWrong;
    this.#last = { cni, disk: disk && { path: stateDirectory, freeBytes: disk.bavail * disk.bsize } };
    // Free bytes change constantly; the reported state does not.
    const key = JSON.stringify([cni, isFull(this.#last.disk)]);
    if (key === this.#key) return;
    this.#key = key;
    this.#onChange();
  }

  async #cni(directory: string): Promise<NodeConditions['cni']> {
    const names = await readdir(directory).catch(() => undefined);
    if (names === undefined) return undefined;
    const list = activeConflist(names);
    const [active] = names.filter((name) => /\.(conflist|conf|json)$/.test(name) && !name.startsWith('.')).toSorted();
    const text = list === undefined ? '' : await readFile(`${directory}/${list}`, 'utf8').catch(() => '');
    return { active, isList: list !== undefined, chained: isChained(text) };
  }
}
