import type { Run } from '../../host/run.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { accessElements, accessRules, accessTable } from './access.ts';
import { Firewall, type TableContent } from './firewall.ts';

/** Keeps the table of a slice's policies: a slice without policies has none. */
export class AccessReconciler {
  readonly #table: Firewall;

  constructor(run: Run, netns: string, directory: string) {
    this.#table = new Firewall(run, netns, directory, accessTable);
  }

  /** Reads the table and makes it hold the policies. Returns what changed. */
  async converge(network: SliceNetwork, signal: AbortSignal): Promise<string | undefined> {
    const wanted = contentOf(network);
    if (wanted === undefined) return this.#remove(signal);
    const seen = await this.#table.observe(wanted.rules, signal);
    if (seen === undefined) return this.#replace(wanted, signal);
    return (await this.#table.adjust(wanted.elements, seen, signal)) ? 'adjust policies' : undefined;
  }

  /** Applies the difference between two inputs, without reading the table. Returns what changed. */
  async adjust(before: SliceNetwork, network: SliceNetwork, signal: AbortSignal): Promise<string | undefined> {
    if (network.access === undefined && before.access === undefined) return undefined;
    const [seen, wanted] = [contentOf(before), contentOf(network)];
    if (wanted === undefined) return seen === undefined ? undefined : this.#remove(signal);
    if (seen?.rules !== wanted.rules) return this.#replace(wanted, signal);
    return (await this.#table.adjust(wanted.elements, seen.elements, signal)) ? 'adjust policies' : undefined;
  }

  /** Forgets the loaded table, which disappears with its namespace. */
  forget(): Promise<void> {
    return this.#table.forget();
  }

  async #replace(wanted: TableContent, signal: AbortSignal): Promise<string> {
    await this.#table.replace(wanted, signal);
    return 'load policies';
  }

  async #remove(signal: AbortSignal): Promise<string | undefined> {
    // Only a table that was loaded can exist: most slices have no policies, and pay nothing.
    if (!(await this.#table.wasLoaded())) return undefined;
    await this.#table.remove(signal);
    return 'remove policies';
  }
}

const contentOf = (network: SliceNetwork): TableContent | undefined =>
  network.access === undefined ? undefined : { rules: accessRules(network.access), elements: accessElements(network.access, network) };
