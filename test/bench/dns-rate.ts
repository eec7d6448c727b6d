import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { provide } from '../../playground/toolchain/provide.ts';
import { execute } from '../e2e/execute.ts';
import type { Distribution } from './figure.ts';
import type { Item } from './item.ts';

interface Figures {
  readonly queriesPerCpuSecond: number;
  readonly p99Ms: number;
}

interface Report {
  readonly rounds: number;
  readonly results: Readonly<Record<string, Figures>>;
}

const coredns = 'CoreDNS, same zone and questions, one thread each, in turns';

/** Our DNS server beside CoreDNS, both alone on the machine: test/bench/dns.ts. */
export const dnsRate: Item = {
  name: 'dns',
  title: 'DNS server',
  measure: async ({ project, cache, quick, signal }) => {
    if (!existsSync('/usr/bin/dnsperf'))
      return { figures: [], notMeasured: [{ what: 'DNS server', why: 'dnsperf is missing: apt-get install dnsperf' }] };
    const programs = await provide(['coredns'], { cache, modules: join(project, 'toolchain') }, signal);
    const size = quick ? ['--rounds', '1', '--seconds', '1'] : ['--rounds', '7', '--seconds', '3'];
    const { code, stdout, stderr } = await execute(
      process.execPath,
      [join(import.meta.dirname, 'dns.ts'), '--coredns', programs.coredns, ...size],
      { env: process.env, timeoutMs: 300_000 },
    );
    if (code !== 0) throw new Error(`test/bench/dns.ts ended with ${code}: ${stderr.trim()}`);
    const { rounds, results }: Report = JSON.parse(stdout);
    const median = (server: string, key: keyof Figures): Distribution => {
      const value = results[server]?.[key] ?? Number.NaN;
      return { n: rounds, p50: value, p99: Number.NaN };
    };
    const limit = (key: keyof Figures): number => results.coredns?.[key] ?? Number.NaN;
    return {
      figures: [
        {
          what: 'DNS queries answered for each second of CPU time',
          unit: '/s',
          better: 'higher',
          measured: median('kubeslice', 'queriesPerCpuSecond'),
          baseline: { what: coredns, measured: median('coredns', 'queriesPerCpuSecond') },
          budget: [{ of: 'p50', limit: limit('queriesPerCpuSecond') }],
        },
        {
          what: 'p99 of one DNS query at 5000 a second',
          unit: 'ms',
          better: 'lower',
          measured: median('kubeslice', 'p99Ms'),
          baseline: { what: coredns, measured: median('coredns', 'p99Ms') },
          budget: [{ of: 'p50', limit: limit('p99Ms') }],
        },
      ],
    };
  },
};
