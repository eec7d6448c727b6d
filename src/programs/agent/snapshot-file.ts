import { readFile } from 'node:fs/promises';
import type { Snapshot } from '../../plan/node/node-state.ts';
import { writeWholeFile } from './whole-file.ts';

/** The snapshot on disk. Unchanged content is not written again. */
export class SnapshotFile {
  readonly #path: string;
  #written = '';

  constructor(directory: string) {
    this.#path = `${directory}/agent/snapshot.json`;
  }

  /**
   * The last snapshot of this node, or undefined when there is none that can be read: then the node starts from its API server alone. One of
   * another node (a disk image that was copied) would give this one foreign addresses.
   */
  async load(node: string): Promise<Snapshot | undefined> {
    try {
      const text = await readFile(this.#path, 'utf8');
      const snapshot = JSON.parse(text) as Snapshot;
      if (snapshot.version !== 1 || snapshot.facts.node !== node) return undefined;
      this.#written = text;
      return snapshot;
    } catch {
      return undefined;
    }
  }

  /** Resolves once the snapshot is on disk. */
  async save(snapshot: Snapshot): Promise<void> {
    const text = JSON.stringify(snapshot);
    if (text === this.#written) return;
    await writeWholeFile(this.#path, text, 0o600);
    this.#written = text;
  }
}
