import { mkdir, rm, writeFile } from 'node:fs/promises';
import { sha256Hex } from '../values/hash.ts';
import { podInterface } from '../values/pod-interface.ts';
import { inNetns } from './netns.ts';
import { parseTable } from './nft.ts';
import { readIfPresent } from './read-if-present.ts';
import { mustRun, type Run } from './run.ts';

/** The one nftables table that we own in each attached pod. */
export const guardTable = 'kubeslice';

/**
 * The rules that keep others from reaching a pod on slice addresses by way of its other interfaces: there a packet that claims to come from the
 * slice or to go to it is forged, or sent by a neighbour that was told of the address. Whatever the pod itself may do does not matter, for it is
 * the pod that is protected.
 */
export const guardRules = (subnet: string): string =>
  [
    `table inet ${guardTable} {`,
    '  chain guard {',
    // Before anything of the pod's own (a service mesh) redirects or tracks it.
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

/** The table as it was listed, as one word that is the same for the same rules; undefined when there is none. */
export const guardDigest = (listed: string | undefined): string | undefined =>
  listed === undefined ? undefined : parseTable(listed).digest;

/**
 * Puts the guard of one slice into pods. How nft prints rules differs between its versions, so what is seen in a pod is compared with what nft
 * printed when these rules were loaded first; that is kept in a file on tmpfs, so that a restarted agent need not load them again.
 */
export class PodGuard {
  readonly #run: Run;
  readonly #record: string;
  #known: string | undefined;

  /** @param name of the slice's namespace, by which the record is called */
  constructor(run: Run, name: string, directory: string) {
    this.#run = run;
    this.#record = `${directory}/${name}.guard`;
  }

  /** Whether what was seen in a pod is the guard of this subnet. */
  async isRight(subnet: string, seen: string | undefined): Promise<boolean> {
    await this.#read();
    return seen !== undefined && this.#known === `${keyOf(subnet)} ${seen}`;
  }

  /**
   * Puts the guard in place of whatever the table held, in one transaction. A pod that has no table yet is served in a quarter of the time: a
   * transaction that deletes rules waits until no packet can be using them.
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

  /** Takes the record where nothing is known. Pods are attached at the same time: what became known while it was read stays. */
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

/** Takes the guard out of a pod; one that has ended or has none needs nothing. */
export const removeGuard = async (run: Run, netns: string, signal: AbortSignal): Promise<void> => {
  await run(inNetns(netns, ['nft', 'delete', 'table', 'inet', guardTable]), { signal });
};

const keyOf = (subnet: string): string => sha256Hex(guardRules(subnet));
