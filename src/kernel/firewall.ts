import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { SliceNetwork } from '../plan/node/slice-network.ts';
import { inNetns, netnsPath } from './netns.ts';
import { addElements, baseRules, deleteElements, elementsOf, type ObservedTable, parseTable, replaceTable, tableName } from './nft.ts';
import { mustRun, type Run } from './run.ts';

/**
 * Keeps the firewall of one slice.
 *
 * How nft prints rules differs between its versions, so the rules seen are compared with what nft printed right after they were loaded. That
 * digest is kept in a file on tmpfs, so that a restarted agent need not load them again.
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

  /** The elements that are in place, or undefined when the rules are missing or not what was loaded last. */
  async observe(network: SliceNetwork, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const table = await this.#list(signal);
    const loaded = await readFile(this.#record, 'utf8').catch(() => '');
    return table !== undefined && loaded === `${rulesDigest(network)} ${table.digest}` ? table.elements : undefined;
  }

  /** Whether a table of our name is there, whatever is in it. */
  async isThere(signal: AbortSignal): Promise<boolean> {
    return (await this.#list(signal)) !== undefined;
  }

  /** Loads rules and elements in one transaction, whatever was there. */
  async replace(network: SliceNetwork, signal: AbortSignal): Promise<void> {
    await this.#load(replaceTable(network), signal);
    const table = await this.#list(signal);
    await writeFile(this.#record, `${rulesDigest(network)} ${table?.digest ?? ''}`, { mode: 0o600 });
  }

  /** Turns the elements seen into those wanted, in one transaction. Returns whether there was anything to do. */
  async adjust(network: SliceNetwork, seen: ReadonlySet<string>, signal: AbortSignal): Promise<boolean> {
    const wanted = elementsOf(network);
    const text =
      deleteElements([...seen].filter((element) => !wanted.has(element))) +
      addElements([...wanted].filter((element) => !seen.has(element)));
    if (text === '') return false;
    await this.#load(text, signal);
    return true;
  }

  /** Forgets what was loaded; the rules themselves go with the namespace. */
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
    // nft reopens its standard input, which fails on the socket that a child process of Node gets; so it reads a file.
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
