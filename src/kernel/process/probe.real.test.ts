import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provide } from '../../../playground/toolchain/provide.ts';
import { shell } from '../fixtures/real-node.ts';
import { type ProbeAnswer, Prober } from './probe.ts';

const obstacle = process.getuid?.() === 0 ? undefined : 'it makes network namespaces, which needs root';
if (obstacle !== undefined) console.log(`skipped: the prober: ${obstacle}`);

const netns = `kst-${process.pid}-prober`;
const toolchain = join(import.meta.dirname, '../../../toolchain');

describe.skipIf(obstacle !== undefined)('the prober', () => {
  let program: string;
  let prober: Prober;
  let answers: ProbeAnswer[];
  beforeEach(async () => {
    const cache = join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'), 'kubeslice');
    program = (await provide(['prober'], { cache, modules: toolchain }, AbortSignal.timeout(110_000))).prober;
    shell(`ip netns add ${netns} && ip -n ${netns} link set lo up`);
    answers = [];
    prober = new Prober({ program, netns, onAnswer: (answer) => answers.push(answer) });
  });
  afterEach(() => {
    prober.stop();
    shell(`ip netns del ${netns}`);
  });
  const from = (address: string): number => answers.filter((answer) => answer.address === address).length;

  it('asks nobody before it runs, and then whom it is told to, once each', async () => {
    expect(prober.ask(['127.0.0.1'])).toBe(false);
    await prober.keep();
    expect(prober.ask(['127.0.0.1', '127.0.0.2'])).toBe(true);
    await vi.waitFor(() => expect([from('127.0.0.1'), from('127.0.0.2')]).toEqual([1, 1]), 5_000);
    expect(answers.every(({ rttMs }) => rttMs > 0 && rttMs < 1_000)).toBe(true);
    expect(new Map(answers.map(({ address, probe }) => [address, probe]))).toEqual(
      new Map([
        ['127.0.0.1', 1],
        ['127.0.0.2', 2],
      ]),
    );
  });

  it('says nothing about an address that does not answer, and goes on with the others', async () => {
    await prober.keep();
    prober.ask(['192.0.2.1', '127.0.0.1']);
    await vi.waitFor(() => expect(from('127.0.0.1')).toBe(1), 5_000);
    expect(from('192.0.2.1')).toBe(0);
  });

  it('takes additions and removals without starting again', async () => {
    await prober.keep();
    const process = (): string => shell(`ip netns pids ${netns}`).trim();
    await vi.waitFor(() => expect(process()).not.toBe(''), 5_000);
    const before = process();
    for (let peer = 1; peer <= 250; peer += 1) {
      await prober.keep();
      prober.ask([`127.0.1.${peer}`]);
    }
    await vi.waitFor(() => expect(new Set(answers.map(({ address }) => address)).size).toBe(250), 5_000);
    expect(process()).toBe(before);
  });

  it('goes into a namespace that replaced its own, and starts again when it was killed', async () => {
    await prober.keep();
    shell(`ip netns del ${netns} && ip netns add ${netns} && ip -n ${netns} link set lo up && ip -n ${netns} addr add 10.9.9.9/32 dev lo`);
    await prober.keep();
    prober.ask(['10.9.9.9']);
    await vi.waitFor(() => expect(from('10.9.9.9')).toBe(1), 5_000);
    shell(`kill -9 $(ip netns pids ${netns})`);
    await vi.waitFor(async () => {
      await prober.keep();
      prober.ask(['10.9.9.9']);
      expect(from('10.9.9.9')).toBeGreaterThan(1);
    }, 5_000);
    expect(answers.at(-1)?.probe).toBeGreaterThan(1);
    expect(answers.at(-1)?.probe).toBeLessThanOrEqual(prober.asked);
  });

  it('ends with whoever runs it', async () => {
    await prober.keep();
    await vi.waitFor(() => expect(shell(`ip netns pids ${netns}`)).not.toBe(''), 5_000);
    prober.stop();
    await vi.waitFor(() => expect(shell(`ip netns pids ${netns}`)).toBe(''), 5_000);
  });

  it('carries 2,000 probes a second for little', async () => {
    await prober.keep();
    await vi.waitFor(() => expect(shell(`ip netns pids ${netns}`)).not.toBe(''), 5_000);
    const pid = shell(`ip netns pids ${netns}`).trim();
    const ticks = (): number => {
      const fields = shell(`cat /proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
      return Number(fields[11]) + Number(fields[12]);
    };
    expect(existsSync(`/proc/${pid}/stat`)).toBe(true);
    const before = ticks();
    const started = performance.now();
    for (let tick = 0; tick < 20; tick += 1) {
      prober.ask(Array.from({ length: 200 }, (_, index) => `127.0.2.${index + 1}`));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await vi.waitFor(() => expect(answers.length).toBe(4_000), 5_000);
    const seconds = (performance.now() - started) / 1_000;
    const cpu = (ticks() - before) / 100 / seconds;
    console.log(`the prober at ${Math.round(4_000 / seconds)} probes a second: ${(cpu * 100).toFixed(1)} % of one CPU`);
    expect(cpu).toBeLessThan(0.5);
  });
});
