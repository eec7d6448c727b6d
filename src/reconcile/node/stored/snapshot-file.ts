import type { Snapshot } from '../../../plan/facts/node-state.ts';
import { parseSnapshot } from '../../../plan/facts/parse-snapshot.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { AgentSettings } from '../settings.ts';
import { TwoCopies } from './two-copies.ts';

/**
 * The snapshot in two copies. A starting pod waits for the first only, because a disk may take a tenth of a second. If a power failure loses the last
 * moments of the disk, every pod with an address of those moments has ended too.
 */
export class SnapshotFile {
  readonly #copies: TwoCopies;

  constructor(settings: Pick<AgentSettings, 'runDirectory' | 'stateDirectory'>, log: Log) {
    this.#copies = new TwoCopies(settings, { name: 'snapshot', lost: 'after a reboot the node waits for its API server' }, log);
  }

  /**
   * The last snapshot of this node, or undefined when none can be read: then the node starts from its API server alone. A snapshot of another node (a
   * copied disk image) would give this one foreign addresses.
   */
  load(node: string): Promise<Snapshot | undefined> {
    return this.#copies.load((text) => parseSnapshot(text, node));
  }

  /** Resolves once the snapshot survives the end of this program; the disk follows. Unchanged content is not written again. */
  save(snapshot: Snapshot): Promise<void> {
    return this.#copies.save(JSON.stringify(snapshot));
  }

  /** Resolves when the disk has the latest snapshot, or writing it failed. */
  settled(): Promise<void> {
    return this.#copies.settled();
  }
}
