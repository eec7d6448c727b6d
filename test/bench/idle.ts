import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { controlGroupPath } from '../../playground/clusters/names.ts';
import { groupProcesses } from '../../playground/machine/control-groups.ts';
import type { Bed } from './bed.ts';
import { distribution, type Figure } from './figure.ts';
import type { Item } from './item.ts';

interface Sample {
  readonly parent: number;
  /** Hundredths of a second of CPU time, user and system, those of children that have ended included (proc_pid_stat(5)). */
  readonly ticks: number;
}

const programs = ['controller', 'worker', 'agent', 'dns', 'wireguard-go'] as const;
type Program = (typeof programs)[number];

/** Which program of ours a command line is of. */
const programOf = (words: readonly string[]): Program | undefined => {
  // Not the bare tunnels of other measurements.
  if (/\/wireguard-go[^/]*$/.test(words[0] ?? '')) return words.some((word) => word.startsWith('bench-')) ? undefined : 'wireguard-go';
  const at = words.findIndex((word) => /(^|\/)kubeslice(\.mjs)?$/.test(word));
  return programs.find((program) => program === words[at + 1] && at >= 0);
};

const commandLine = async (pid: number): Promise<string[]> => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');

const sample = async (): Promise<Map<number, Sample>> => {
  const samples = new Map<number, Sample>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (text === '') continue;
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    samples.set(Number(entry), {
      parent: Number(fields[1]),
      ticks: [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0),
    });
  }
  return samples;
};

/** Ticks of a process and of all below it. */
const ticksOfTree = (samples: ReadonlyMap<number, Sample>, root: number): number => {
  let total = samples.get(root)?.ticks ?? 0;
  for (const [pid, { parent }] of samples) if (parent === root) total += ticksOfTree(samples, pid);
  return total;
};

/** Resident memory of one process in MiB. */
const residentMiB = async (pid: number): Promise<number> =>
  Number(/^VmRSS:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1] ?? Number.NaN) / 1024;

/**
 * Proportional set size of one process in MiB (proc_pid_smaps_rollup(5)): what the node pays for it. Pages of the Node.js binary that several programs of
 * one node have mapped are there once, and count for each with its share.
 */
const proportionalMiB = async (pid: number): Promise<number> =>
  Number(/^Pss:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => ''))?.[1] ?? Number.NaN) / 1024;

/** Most memory at rest, in MiB. */
const memoryBudgets: Partial<Record<Program, number>> = { worker: 70, agent: 70, dns: 60 };

const ours = async (bed: Bed): Promise<{ pid: number; program: Program }[]> => {
  const { hierarchies, spec } = bed.context;
  const found: { pid: number; program: Program }[] = [];
  for (const pid of await groupProcesses(hierarchies, controlGroupPath(spec.name))) {
    const program = programOf(await commandLine(pid));
    if (program !== undefined) found.push({ pid, program });
  }
  return found;
};

/** Resident memory of every tunnel process of the slices, in MiB. */
export const tunnelMemory = async (bed: Bed): Promise<number[]> =>
  Promise.all((await ours(bed)).filter(({ program }) => program === 'wireguard-go').map(({ pid }) => residentMiB(pid)));

/** CPU time and memory of every program of ours while the slice stands and nothing changes; a program's children count as its own. */
export const idle: Item = {
  name: 'idle',
  title: 'At rest',
  measure: async (bed) => {
    await bed.scene();
    const seconds = bed.quick ? 5 : 30;
    const processes = await ours(bed);
    await pause(bed.quick ? 1_000 : 10_000, undefined, { signal: bed.signal });
    const [before, from] = [await sample(), performance.now()];
    await pause(seconds * 1_000, undefined, { signal: bed.signal });
    const [after, to] = [await sample(), performance.now()];
    const figures: Figure[] = [];
    for (const program of programs) {
      const pids = processes
        .filter((each) => each.program === program && before.has(each.pid) && after.has(each.pid))
        .map(({ pid }) => pid);
      const shares = pids.map((pid) => ((ticksOfTree(after, pid) - ticksOfTree(before, pid)) * 10 * 100) / (to - from));
      const [resident, proportional] = await Promise.all([Promise.all(pids.map(residentMiB)), Promise.all(pids.map(proportionalMiB))]);
      const most = memoryBudgets[program];
      figures.push(
        {
          what: `${program}: CPU at rest, in percent of a core`,
          unit: '%',
          better: 'lower',
          measured: distribution(shares),
          ...(program === 'dns' ? { budget: [{ of: 'p50', limit: 0.1 }] as const } : {}),
        },
        {
          what: `${program}: memory of its node, with its share of what programs have in common`,
          unit: 'MiB',
          better: 'lower',
          measured: distribution(proportional),
          baseline: { what: 'all pages that it has mapped, counted alone', measured: distribution(resident) },
          ...(most === undefined ? {} : { budget: [{ of: 'p99', limit: most }] as const }),
        },
      );
    }
    return { figures };
  },
};
