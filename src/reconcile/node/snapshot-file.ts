import { readIfPresent } from '../../host/read-if-present.ts';
import { writeWholeFile } from '../../host/whole-file.ts';
import type { Snapshot } from '../../plan/facts/node-state.ts';
import { parseSnapshot } from '../../plan/facts/parse-snapshot.ts';
import type { Log } from '../../telemetry/log.ts';
import { Failure } from '../../values/failure.ts';
import type { AgentSettings } from './settings.ts';

const pathIn = (directory: string): string => `${directory}/agent/snapshot.json`;

/**
 * The snapshot in two copies: one on tmpfs, which outlives this program and is written before anything is applied, and one on disk, which outlives
 * the machine and follows it. A starting pod waits for the first only, because a disk may take a tenth of a second. If a power failure loses the last
 * moments of the disk, every pod with an address of those moments has ended too.
 */
export class SnapshotFile {
  readonly #here: string;
  readonly #onDisk: string;
  readonly #log: Log;
  #written = '';
  #kept = '';
  #keeping: Promise<void> | undefined;

  constructor({ runDirectory, stateDirectory }: Pick<AgentSettings, 'runDirectory' | 'stateDirectory'>, log: Log) {
    this.#here = pathIn(runDirectory);
    this.#onDisk = pathIn(stateDirectory);
    this.#log = log;
  }

  /**
   * The last snapshot of this node, or undefined when none can be read: then the node starts from its API server alone. A snapshot of another node (a
   * copied disk image) would give this one foreign addresses.
   */
  async load(node: string): Promise<Snapshot | undefined> {
    for (const path of [this.#here, this.#onDisk]) {
      const snapshot = parseSnapshot((await this.#read(path)) ?? '', node);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  /** A copy that a broken disk cannot return is logged. The other copy may be intact, and published decisions replace both. */
  async #read(path: string): Promise<string | undefined> {
    try {
      return await readIfPresent(path);
    } catch (cause) {
      this.#log.error('a snapshot cannot be read', {
        error: new Failure('Unavailable', `The snapshot ${path} cannot be read.`, { cause }),
      });
      return undefined;
    }
  }

  /** Resolves once the snapshot survives the end of this program; the disk follows. Unchanged content is not written again. */
  async save(snapshot: Snapshot): Promise<void> {
    const text = JSON.stringify(snapshot);
    if (text !== this.#written) await writeWholeFile(this.#here, text, 0o600);
    this.#written = text;
    this.#keeping ??= this.#keep().finally(() => {
      this.#keeping = undefined;
    });
  }

  /** Resolves when the disk has the latest snapshot, or writing it failed. */
  async settled(): Promise<void> {
    await this.#keeping;
  }

  /** Writes the latest content to disk, several snapshots in one write. A failed write is retried with the next snapshot. */
  async #keep(): Promise<void> {
    while (this.#kept !== this.#written) {
      const text = this.#written;
      try {
        await writeWholeFile(this.#onDisk, text, 0o600);
      } catch (cause) {
        const message = `The snapshot of this node could not be written to ${this.#onDisk}: after a reboot the node waits for its API server.`;
        this.#log.warn('no snapshot on disk', { error: new Failure('Unavailable', message, { cause }) });
        return;
      }
      this.#kept = text;
    }
  }
}
