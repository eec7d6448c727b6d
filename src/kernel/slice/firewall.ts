import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { mustRun, type Run } from '../../host/run.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { inNetns, netnsPath } from '../netns.ts';
import { addElements, baseRules, deleteElements, elementsOf, type ObservedTable, parseTable, replaceTable, tableName } from './nft.ts';

/**
 * Keeps the firewall of one slice.
 *
 * Versions of nft print the same rules differently. So the observed rules are compared with what nft printed right after they were loaded. A file on
 * tmpfs holds that digest, so that a restarted agent need not load them again.
 */
export class Firewall {
  readonly #run: Run;
  readonly #netns: string;
  readonly #directory: string;

  constructor(run: Run, netns: string, directory: string) {
    this.#run = run;
    this.#netns = netns;
    this.#directory = directory;
  }

  /** The observed elements, or undefined when the rules are missing or differ from those loaded last. */
  async observe(network: SliceNetwork, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const table = await this.#list(signal);
    // An unreadable record only costs loading the rules again.
    const loaded = await readFile(this.#record, 'utf8').catch(() => '');
    return table !== undefined && loaded === `${rulesDigest(network)} ${table.digest}` ? table.elements : undefined;
  }

  /** Whether a table of our name exists, whatever its content. */
  async isThere(signal: AbortSignal): Promise<boolean> {
    return (await this.#list(signal)) !== undefined;
  }

  /** Loads rules and elements in one transaction, replacing the table. */
  async replace(network: SliceNetwork, signal: AbortSignal): Promise<void> {
    await this.#load(replaceTable(network), signal);
    const table = await this.#list(signal);
    await writeFile(this.#record, `${rulesDigest(network)} ${table?.digest ?? ''}`, { mode: 0o600 });
  }

  /** Replaces the observed elements by the wanted ones, in one transaction. Returns whether anything changed. */
  async adjust(network: SliceNetwork, seen: ReadonlySet<string>, signal: AbortSignal): Promise<boolean> {
    const wanted = elementsOf(network);
    const text =
      deleteElements([...seen].filter((element) => !wanted.has(element))) +
      addElements([...wanted].filter((element) => !seen.has(element)));
    if (text === '') return false;
    await this.#load(text, signal);
    return true;
  }

  /** Forgets the loaded rules; the rules themselves disappear with the namespace. */
  async forget(): Promise<void> {
    await rm(this.#record, { force: true });
  }

  get #record(): string {
    return `${this.#directory}/${this.#netns}.rules`;
  }

  async #list(signal: AbortSignal): Promise<ObservedTable | undefined> {
    const { code, stdout } = await this.#run(inNetns(netnsPath(this.#netns), ['nft', '-j', '-s', 'list', 'table', 'inet', tableName]), {
      signal,
    });
    return code === 0 ? parseTable(stdout) : undefined;
  }

  async #load(text: string, signal: AbortSignal): Promise<void> {
    // nft reopens its standard input, which fails for the socket that Node gives a child process. So it reads a file.
    const path = `${this.#directory}/${this.#netns}.nft`;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
    try {
      await mustRun(this.#run, inNetns(netnsPath(this.#netns), ['nft', '-f', path]), { signal });
    } finally {
      await rm(path, { force: true });
    }
  }
}

const rulesDigest = (network: SliceNetwork): string => createHash('sha256').update(baseRules(network)).digest('hex');
