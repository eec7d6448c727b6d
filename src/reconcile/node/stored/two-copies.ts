import { readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import type { Log } from '../../../telemetry/log.ts';
import { Failure } from '../../../values/failure.ts';
import type { AgentSettings } from '../settings.ts';

/** What is stored, and what its loss means, for messages. */
export interface StoredContent {
  /** Name of the file without its ending. */
  readonly name: string;
  /** A clause. */
  readonly lost: string;
}

/**
 * A JSON file in two copies, readable by root alone: one on tmpfs, which outlives this program and is written before anything is applied, and one on
 * disk, which outlives the machine and follows it.
 */
export class TwoCopies {
  readonly #here: string;
  readonly #onDisk: string;
  readonly #content: StoredContent;
  readonly #log: Log;
  #written = '';
  #kept = '';
  #keeping: Promise<void> | undefined;

  constructor({ runDirectory, stateDirectory }: Pick<AgentSettings, 'runDirectory' | 'stateDirectory'>, content: StoredContent, log: Log) {
    this.#here = `${runDirectory}/agent/${content.name}.json`;
    this.#onDisk = `${stateDirectory}/agent/${content.name}.json`;
    this.#content = content;
    this.#log = log;
  }

  /** The content of the first copy that `parse` accepts; undefined when there is none. */
  async load<T>(parse: (text: string) => T | undefined): Promise<T | undefined> {
    for (const path of [this.#here, this.#onDisk]) {
      const content = parse((await this.#read(path)) ?? '');
      if (content !== undefined) return content;
    }
    return undefined;
  }

  /** A copy that a broken disk cannot return is logged. The other copy may be intact. */
  async #read(path: string): Promise<string | undefined> {
    try {
      return await readIfPresent(path);
    } catch (cause) {
      this.#log.error(`a ${this.#content.name} cannot be read`, {
        error: new Failure('Unavailable', `The ${this.#content.name} ${path} cannot be read.`, { cause }),
      });
      return undefined;
    }
  }

  /** Resolves once the content survives the end of this program; the disk follows. Unchanged content is not written again. */
  async save(text: string): Promise<void> {
    if (text !== this.#written) await writeWholeFile(this.#here, text, 0o600);
    this.#written = text;
    this.#keeping ??= this.#keep().finally(() => {
      this.#keeping = undefined;
    });
  }

  /** Resolves when the disk has the latest content, or writing it failed. */
  async settled(): Promise<void> {
    await this.#keeping;
  }

  /** Writes the latest content to disk, several changes in one write. A failed write is retried with the next change. */
  async #keep(): Promise<void> {
    while (this.#kept !== this.#written) {
      const text = this.#written;
      try {
        await writeWholeFile(this.#onDisk, text, 0o600);
      } catch (cause) {
        const { name, lost } = this.#content;
        const message = `The ${name} of this node could not be written to ${this.#onDisk}: ${lost}.`;
        this.#log.warn(`no ${name} on disk`, { error: new Failure('Unavailable', message, { cause }) });
        return;
      }
      this.#kept = text;
    }
  }
}
