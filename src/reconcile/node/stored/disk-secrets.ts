import { mkdir, rm } from 'node:fs/promises';
import { namesIn, readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import type { Log } from '../../../telemetry/log.ts';
import { Failure } from '../../../values/failure.ts';
import type { AgentSettings } from '../settings.ts';

/** What is stored, and what its loss means, for messages. */
export interface StoredSecrets {
  /** Name of the folder. */
  readonly folder: string;
  /** A clause. */
  readonly lost: string;
}

/**
 * Copies on disk of secrets that are used from tmpfs, so that a node that reboots continues with them while nobody else answers. Root alone reads
 * them. They belong to a node by name: a machine that was made from the disk of another one gets secrets of its own. They are not sealed by a TPM.
 */
export class DiskSecrets {
  readonly #parent: string;
  readonly #node: string;
  readonly #lost: string;
  readonly #log: Log;
  #writing: Promise<void> = Promise.resolve();

  constructor({ stateDirectory, node }: Pick<AgentSettings, 'stateDirectory' | 'node'>, { folder, lost }: StoredSecrets, log: Log) {
    this.#parent = `${stateDirectory}/${folder}`;
    this.#node = node;
    this.#lost = lost;
    this.#log = log;
  }

  get #directory(): string {
    return `${this.#parent}/${this.#node}`;
  }

  /** The secret with this name if it is usable; undefined otherwise. One that cannot be read or used is logged. */
  async read(name: string, isUsable: (text: string) => boolean): Promise<string | undefined> {
    const path = `${this.#directory}/${name}`;
    try {
      const text = await readIfPresent(path);
      if (text === undefined || isUsable(text)) return text;
      this.#log.warn('a stored key is damaged; the node makes a new one', { path });
    } catch (error) {
      this.#log.warn('a stored key cannot be read; the node makes a new one', { path, error });
    }
    return undefined;
  }

  /** Names of the stored secrets; none when the folder cannot be read, which is logged. */
  async names(): Promise<string[]> {
    try {
      return await namesIn(this.#directory);
    } catch (error) {
      this.#log.warn('stored keys cannot be read; the node makes new ones', { path: this.#directory, error });
      return [];
    }
  }

  /** Stores a secret in the background, because nobody waits for a disk; a failure is logged. What is there already is not written again. */
  keep(name: string, text: string): void {
    this.#next(async () => {
      const path = `${this.#directory}/${name}`;
      // What cannot be read is written again, and that failure is logged.
      if ((await readIfPresent(path).catch(() => undefined)) === text) return;
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeWholeFile(path, text, 0o600);
    });
  }

  /** Deletes all secrets but these, and those of other nodes, in the background. */
  keepOnly(names: ReadonlySet<string>): void {
    this.#next(async () => {
      for (const node of await namesIn(this.#parent))
        if (node !== this.#node) await rm(`${this.#parent}/${node}`, { recursive: true, force: true });
      for (const name of await namesIn(this.#directory))
        if (!names.has(name)) await rm(`${this.#directory}/${name}`, { recursive: true, force: true });
    });
  }

  /** Resolves when everything is written, or failed. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #next(task: () => Promise<void>): void {
    this.#writing = this.#writing.then(task).catch((cause: unknown) => {
      const message = `The folder ${this.#directory} could not be written: ${this.#lost}.`;
      this.#log.warn('no keys on disk', { error: new Failure('Unavailable', message, { cause }) });
    });
  }
}
