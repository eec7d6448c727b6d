import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { mustRun, type Run } from '../../host/run.ts';
import { inNetns, netnsPath } from '../netns.ts';
import { addElements, deleteElements, type Element, type ObservedTable, parseTable, replaceTable } from './nft-table.ts';

/** The wanted content of a table. */
export interface TableContent {
  /** The whole table in nft syntax, without elements. */
  readonly rules: string;
  readonly elements: ReadonlySet<Element>;
}

/**
 * Keeps one nftables table in the namespace of a slice.
 *
 * Versions of nft print the same rules differently. So the observed rules are compared with what nft printed right after they were loaded. A file on
 * tmpfs holds that digest, so that a restarted agent need not load them again.
 */
export class Firewall {
  readonly #run: Run;
  readonly #netns: string;
  readonly #directory: string;
  readonly #table: string;

  constructor(run: Run, netns: string, directory: string, table: string) {
    this.#run = run;
    this.#netns = netns;
    this.#directory = directory;
    this.#table = table;
  }

  /** The observed elements, or undefined when the rules are missing or differ from those loaded last. */
  async observe(rules: string, signal: AbortSignal): Promise<ReadonlySet<Element> | undefined> {
    const table = await this.#list(signal);
    return table !== undefined && (await this.#loaded()) === `${rulesDigest(rules)} ${table.digest}` ? table.elements : undefined;
  }

  /** Whether the table exists, whatever its content. */
  async isThere(signal: AbortSignal): Promise<boolean> {
    return (await this.#list(signal)) !== undefined;
  }

  /** Whether this agent or an earlier one loaded the table. */
  async wasLoaded(): Promise<boolean> {
    return (await this.#loaded()) !== '';
  }

  /** Loads rules and elements in one transaction, replacing the table. */
  async replace({ rules, elements }: TableContent, signal: AbortSignal): Promise<void> {
    await this.#load(replaceTable(this.#table, rules, elements), signal);
    const table = await this.#list(signal);
    await writeFile(this.#record, `${rulesDigest(rules)} ${table?.digest ?? ''}`, { mode: 0o600 });
  }

  /** Replaces the observed elements by the wanted ones, in one transaction. Returns whether anything changed. */
  async adjust(wanted: ReadonlySet<Element>, seen: ReadonlySet<Element>, signal: AbortSignal): Promise<boolean> {
    return this.change(
      [...seen].filter((element) => !wanted.has(element)),
      [...wanted].filter((element) => !seen.has(element)),
      signal,
    );
  }

  /** Removes and adds elements, in one transaction. Returns whether there were any. */
  async change(removed: readonly Element[], added: readonly Element[], signal: AbortSignal): Promise<boolean> {
    const text = deleteElements(this.#table, removed) + addElements(this.#table, added);
    if (text === '') return false;
    await this.#load(text, signal);
    return true;
  }

  /** Removes the table. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.#load(`table inet ${this.#table}\ndelete table inet ${this.#table}\n`, signal);
    await this.forget();
  }

  /** Forgets the loaded rules; the rules themselves disappear with the namespace. */
  async forget(): Promise<void> {
    await rm(this.#record, { force: true });
  }

  get #record(): string {
    return `${this.#directory}/${this.#netns}.${this.#table === 'kubeslice' ? '' : `${this.#table}.`}rules`;
  }

  /** The record of the loaded rules; an unreadable one only costs loading them again. */
  #loaded(): Promise<string> {
    return readFile(this.#record, 'utf8').catch(() => '');
  }

  async #list(signal: AbortSignal): Promise<ObservedTable | undefined> {
    const { code, stdout } = await this.#run(inNetns(netnsPath(this.#netns), ['nft', '-j', '-s', 'list', 'table', 'inet', this.#table]), {
      signal,
    });
    return code === 0 ? parseTable(stdout) : undefined;
  }

  async #load(text: string, signal: AbortSignal): Promise<void> {
    // nft reopens its standard input, which fails for the socket that Node gives a child process. So it reads a file.
    const path = `${this.#directory}/${this.#netns}.${this.#table}.nft`;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
    try {
      await mustRun(this.#run, inNetns(netnsPath(this.#netns), ['nft', '-f', path]), { signal });
    } finally {
      await rm(path, { force: true });
    }
  }
}

const rulesDigest = (rules: string): string => createHash('sha256').update(rules).digest('hex');
