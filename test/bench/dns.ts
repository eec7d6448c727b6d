import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { masterFile, queryFile } from './dns-zone.ts';

/**
 * Our DNS server beside CoreDNS: same zone, same questions, same machine, one thread each, in turns.
 *
 *     node test/bench/dns.ts [--coredns PATH] [--rounds N] [--seconds N] [--rate N]
 *
 * Needs dnsperf (Debian: dnsperf); without CoreDNS only our own figures are printed. Two measurements a round: as many queries as the
 * server can take, counted per second of its own CPU time, so that other work on the machine hardly matters; and the latency of single
 * queries at a rate that both can well sustain. Prints JSON; the median of the rounds.
 */
const { values } = parseArgs({
  options: {
    coredns: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '5000' },
  },
});

type Running = { readonly process: ChildProcess; readonly port: number };
type Figures = { queriesPerSecond: number; queriesPerCpuSecond: number; p50Ms: number; p99Ms: number; lost: number };

const directory = await mkdtemp(join(tmpdir(), 'dns-bench-'));
const queries = join(directory, 'queries');

const startOurs = async (): Promise<Running> => {
  const process = spawn(globalThis.process.execPath, [join(import.meta.dirname, 'dns-server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(process.stdout), 'line');
  return { process, port: Number(line) };
};

/** CoreDNS with the plugins that an authoritative zone in a cluster has: metrics and answers in turn. */
const startCoreDns = async (binary: string, plugins: string): Promise<Running> => {
  const port = 5390;
  const configuration = join(directory, 'Corefile');
  await writeFile(
    configuration,
    `slice.local:${port} {\n  bind 127.0.0.1\n  prometheus 127.0.0.1:9390\n  errors\n  ${plugins}\n  file ${join(directory, 'zone')}\n}\n`,
  );
  const process = spawn(binary, ['-conf', configuration], { env: { GOMAXPROCS: '1' }, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(process.stdout)) if (line.startsWith('CoreDNS-')) break;
  process.stdout.resume();
  return { process, port };
};

/** Seconds of CPU time that a process has used, user and system (proc_pid_stat(5): fields 14 and 15, in hundredths). */
const cpuSeconds = async (pid: number): Promise<number> => {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const dnsperf = async (port: number, ...options: string[]): Promise<string> => {
  const child = spawn('dnsperf', ['-s', '127.0.0.1', '-p', String(port), '-d', queries, '-l', values.seconds, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  return text;
};

const number = (text: string, label: string): number => Number(new RegExp(`${label}: *([0-9.]+)`).exec(text)?.[1] ?? Number.NaN);

const measure = async (start: () => Promise<Running>): Promise<Figures> => {
  const { process, port } = await start();
  try {
    await dnsperf(port, '-n', '1');
    const before = await cpuSeconds(process.pid!);
    const flood = await dnsperf(port, '-c', '8', '-q', '100');
    const cpu = (await cpuSeconds(process.pid!)) - before;
    const steady = await dnsperf(port, '-c', '8', '-Q', values.rate, '-v');
    const latencies = [...steady.matchAll(/^> [A-Z]+ \S+ \S+ ([0-9.]+)$/gm)]
      .map((match) => Number(match[1]) * 1000)
      .toSorted((a, b) => a - b);
    const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
    return {
      queriesPerSecond: number(flood, 'Queries per second'),
      queriesPerCpuSecond: number(flood, 'Queries completed') / cpu,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      lost: number(flood, 'Queries lost') + number(steady, 'Queries lost'),
    };
  } finally {
    process.kill();
    await once(process, 'close');
  }
};

const median = (all: readonly Figures[]): Figures => {
  const of = (key: keyof Figures): number => {
    const sorted = all.map((each) => each[key]).toSorted((a, b) => a - b);
    return Number(sorted[sorted.length >> 1]?.toPrecision(4));
  };
  return {
    queriesPerSecond: of('queriesPerSecond'),
    queriesPerCpuSecond: of('queriesPerCpuSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    lost: of('lost'),
  };
};

await writeFile(queries, queryFile());
await writeFile(join(directory, 'zone'), masterFile());
const { coredns } = values;
const servers = new Map<string, () => Promise<Running>>([['kubeslice', startOurs]]);
if (coredns !== undefined) {
  servers.set('coredns', () => startCoreDns(coredns, 'loadbalance'));
  servers.set('coredns with cache', () => startCoreDns(coredns, 'loadbalance\n  cache 5'));
}
const rounds = new Map<string, Figures[]>([...servers.keys()].map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, start] of servers) rounds.get(name)?.push(await measure(start));
}
await rm(directory, { recursive: true });
const results = new Map([...rounds].map(([name, all]) => [name, median(all)]));
const ours = results.get('kubeslice')!;
const ratios = Object.fromEntries(
  [...results].slice(1).map(([name, theirs]) => [
    name,
    {
      queriesPerCpuSecond: Number((ours.queriesPerCpuSecond / theirs.queriesPerCpuSecond).toFixed(2)),
      p99: Number((ours.p99Ms / theirs.p99Ms).toFixed(2)),
    },
  ]),
);
console.log(
  JSON.stringify(
    {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      rate: Number(values.rate),
      results: Object.fromEntries(results),
      ratios,
    },
    null,
    2,
  ),
);
