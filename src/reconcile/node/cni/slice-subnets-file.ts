import { readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import type { SliceFacts } from '../../../plan/facts/node-state.ts';
import { sliceSubnetsFile } from '../../../plan/node/slice-subnets.ts';
import type { Log } from '../../../telemetry/log.ts';
import { Failure } from '../../../values/failure.ts';
import type { AgentSettings } from '../settings.ts';

/**
 * Keeps the file with which the CNI plugin closes pods while this agent does not run. It is on disk: after a reboot pods start before the agent. It
 * is written when slices or their namespaces change, not when pods do.
 */
export class SliceSubnetsFile {
  readonly #path: string;
  readonly #log: Log;
  #written: string | undefined;

  constructor({ stateDirectory }: Pick<AgentSettings, 'stateDirectory'>, log: Log) {
    this.#path = `${stateDirectory}/slice-subnets.json`;
    this.#log = log;
  }

  /** Resolves once the file has this content. A failed write is logged and retried with the next call. */
  async save(slices: readonly Pick<SliceFacts, 'subnet' | 'namespaces'>[]): Promise<void> {
    const text = sliceSubnetsFile(slices);
    if (text === this.#written) return;
    try {
      if ((await readIfPresent(this.#path)) !== text) await writeWholeFile(this.#path, text, 0o644);
      this.#written = text;
    } catch (cause) {
      const message = `${this.#path} could not be written: a pod of a new slice that starts while the agent does not run is open to the cluster's network.`;
      this.#log.warn('pods may start open', { error: new Failure('Unavailable', message, { cause }) });
    }
  }
}
