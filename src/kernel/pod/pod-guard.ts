import { mkdir, rm, writeFile } from 'node:fs/promises';
import { readIfPresent } from '../../host/read-if-present.ts';
import { mustRun, type Run } from '../../host/run.ts';
import { podInterface } from '../../values/pod-interface.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { inNetns } from '../netns.ts';
import { parseTable } from '../slice/nft-table.ts';

/** Our only nftables table in each attached pod. */
export const guardTable = 'kubeslice';

/**
 * The rules that keep others from reaching a pod on slice addresses through its other interfaces. There, a packet with a slice address is forged, or
 * sent by a neighbour that learned the address. A pod that removes the rules harms only itself.
 */
export const guardRules = (subnet: string): string =>
  [
    `table inet ${guardTable} {`,
    '  chain guard {',
    // Before any rule of the pod itself, such as a service mesh's, redirects or tracks it.
    '    type filter hook prerouting priority -310; policy accept;',
    `    iifname "${podInterface}" accept`,
    '    iifname "lo" accept',
    `    ip saddr ${subnet} counter drop`,
    `    ip daddr ${subnet} counter drop`,
    '  }',
    '}',
    '',
  ].join('\n');

/** Command that lists the table of a pod in JSON; it fails where there is none. */
export const listGuard = `nft -j -s list table inet ${guardTable}`;

/** The table as listed, as one text that is the same for the same rules; undefined when there is none. */
export const guardDigest = (listed: string | undefined): string | undefined =>
  listed === undefined ? undefined : parseTable(listed).digest;

/**
 * Loads the guard of one slice into pods. Versions of nft print the same rules differently. So the observed rules are compared with what nft printed
 * right after these rules were loaded first. A file on tmpfs holds that, so that a restarted agent need not load them again.
 */
export class PodGuard {
  readonly #run: Run;
  readonly #record: string;
  #known: string | undefined;

  /** @param name of the slice's namespace, which names the record */
  constructor(run: Run, name: string, directory: string) {
    this.#run = run;
    this.#record = `${directory}/${name}.guard`;
  }

  /** Whether the observed table is the guard of this subnet. */
  async isRight(subnet: string, seen: string | undefined): Promise<boolean> {
    await this.#read();
    return seen !== undefined && this.#known === `${keyOf(subnet)} ${seen}`;
  }

  /**
   * Replaces the table by the guard, in one transaction. A pod without a table takes a quarter of the time: a transaction that deletes rules waits
   * until no packet can be using them.
   */
  async load(netns: string, subnet: string, signal: AbortSignal): Promise<void> {
    const rules = guardRules(subnet);
    const made = await this.#run(inNetns(netns, ['nft', `create table inet ${guardTable}\n${rules}`]), { signal });
    if (made.code !== 0)
      await mustRun(this.#run, inNetns(netns, ['nft', `table inet ${guardTable}\ndelete table inet ${guardTable}\n${rules}`]), { signal });
    await this.#read();
    if (this.#known?.startsWith(`${keyOf(subnet)} `)) return;
    const listed = await mustRun(this.#run, inNetns(netns, listGuard.split(' ')), { signal });
    const known = `${keyOf(subnet)} ${guardDigest(listed) ?? ''}`;
    this.#known = known;
    await mkdir(this.#record.slice(0, this.#record.lastIndexOf('/')), { recursive: true, mode: 0o700 });
    await writeFile(this.#record, known, { mode: 0o600 });
  }

  /** Reads the record if nothing is known. Pods are attached concurrently: a value that was learned during the read stays. */
  async #read(): Promise<void> {
    if (this.#known !== undefined) return;
    const recorded = await readIfPresent(this.#record);
    this.#known ??= recorded;
  }

  /** Forgets what was loaded. */
  async forget(): Promise<void> {
    this.#known = undefined;
    await rm(this.#record, { force: true });
  }
}

/** Removes the guard from a pod; it does nothing for a pod that has ended or has none. */
export const removeGuard = async (run: Run, netns: string, signal: AbortSignal): Promise<void> => {
  await run(inNetns(netns, ['nft', 'delete', 'table', 'inet', guardTable]), { signal });
};

const keyOf = (subnet: string): string => sha256Hex(guardRules(subnet));
