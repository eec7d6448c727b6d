import type { Run } from '../../host/run.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { type AccessNetwork, accessChanges, accessElements, accessRules, accessTable } from './access.ts';
import { Firewall } from './firewall.ts';

/** Keeps the table of a slice's policies: a slice without policies has none. */
export class AccessReconciler {
  readonly #table: Firewall;

  constructor(run: Run, netns: string, directory: string) {
    this.#table = new Firewall(run, netns, directory, accessTable);
  }

  /** Reads the table and makes it hold the policies. Returns what changed. */
  async converge(network: SliceNetwork, signal: AbortSignal): Promise<string | undefined> {
    if (!hasPolicies(network)) return this.#remove(signal);
    const seen = await this.#table.observe(accessRules(network.access), signal);
    if (seen === undefined) return this.#replace(network, signal);
    return (await this.#table.adjust(accessElements(network), seen, signal)) ? 'adjust policies' : undefined;
  }

  /** Applies the difference between two inputs, without reading the table. Returns what changed. */
  async adjust(before: SliceNetwork, network: SliceNetwork, signal: AbortSignal): Promise<string | undefined> {
    if (!hasPolicies(network)) return hasPolicies(before) ? this.#remove(signal) : undefined;
    if (!hasPolicies(before) || before.access.otherwise !== network.access.otherwise) return this.#replace(network, signal);
    const { removed, added } = accessChanges(before, network);
    return (await this.#table.change(removed, added, signal)) ? 'adjust policies' : undefined;
  }

  /** Forgets the loaded table, which disappears with its namespace. */
  forget(): Promise<void> {
    return this.#table.forget();
  }

  async #replace(network: AccessNetwork, signal: AbortSignal): Promise<string> {
    await this.#table.replace({ rules: accessRules(network.access), elements: accessElements(network) }, signal);
    return 'load policies';
  }

  async #remove(signal: AbortSignal): Promise<string | undefined> {
    // Only a table that was loaded can exist: most slices have no policies, and pay nothing.
    if (!(await this.#table.wasLoaded())) return undefined;
    await this.#table.remove(signal);
    return 'remove policies';
  }
}

const hasPolicies = (network: SliceNetwork): network is SliceNetwork & AccessNetwork => network.access !== undefined;
