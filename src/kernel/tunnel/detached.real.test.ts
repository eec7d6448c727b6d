import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../host/run.ts';
import { RealNode, realKernel, shell } from '../fixtures/real-node.ts';
import { DetachedTunnels } from './detached.ts';
import { parseMembership } from './own-cgroup.ts';

const real = await realKernel();
const skippedBecause = 'obstacle' in real ? `skipped: tunnel processes: ${real.obstacle}` : undefined;
if (skippedBecause !== undefined) console.log(skippedBecause);

const signal = new AbortController().signal;

describe.skipIf(skippedBecause !== undefined)('tunnel processes', () => {
  let node: RealNode;
  let tunnels: DetachedTunnels;
  const name = `kst${process.pid % 100_000}d`;

  beforeEach(() => {
    if ('obstacle' in real) return;
    node = new RealNode('d', real.tunnelProgram);
    tunnels = new DetachedTunnels({ ...node.tunnels, run, directory: `${node.directory}/tunnels` });
  });
  afterEach(async () => {
    await tunnels.stop(name, signal);
    await node.close();
  });

  it('live in a session and in control groups of their own', async () => {
    const pid = await tunnels.start(name, signal);
    const groups = parseMembership(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
    expect([...groups].filter(([, path]) => !path.endsWith(`/${node.name}`))).toEqual([]);
    const session = (of: number | 'self'): string | undefined => readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    expect(session(pid)).toBe(String(pid));
    expect(session(pid)).not.toBe(session('self'));
  });

  it('have the right to use networks and no other, and cannot get it back', async () => {
    const pid = await tunnels.start(name, signal);
    await vi.waitFor(() => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const netAdmin = (1n << 12n).toString(16).padStart(16, '0');
      for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(status, set).toContain(`${set}:\t${netAdmin}\n`);
      expect(status).toContain('NoNewPrivs:\t1\n');
    }, 5_000);
    // Every thread of it.
    expect(shell(`grep -h CapEff /proc/${pid}/task/*/status | sort -u | wc -l`).trim()).toBe('1');
  });

  it('outlive a starter that is killed, and are found by the next one', async () => {
    const starter = `
      import { RealNode } from '${import.meta.dirname}/../fixtures/real-node.ts';
      import { DetachedTunnels } from '${import.meta.dirname}/detached.ts';
      import { run } from '${import.meta.dirname}/../../host/run.ts';
      const options = JSON.parse(process.argv[1]);
      const tunnels = new DetachedTunnels({ ...options, run, machine: async () => ({ mountinfo: '', membership: '', root: '' }) });
      await tunnels.start(options.name, new AbortController().signal);
      process.kill(process.pid, 'SIGKILL');`;
    const { binary, enter, cgroup } = node.tunnels;
    const options = JSON.stringify({ binary, enter, cgroup, directory: `${node.directory}/tunnels`, name });
    const child = spawn(process.execPath, ['--input-type=module', '-e', starter, options], { stdio: ['ignore', 'inherit', 'inherit'] });
    const killedBy = await new Promise((resolve) => child.on('exit', (_, how) => resolve(how)));
    expect(killedBy).toBe('SIGKILL');
    const pid = await tunnels.find(name);
    expect(pid).toBeGreaterThan(0);
    shell(`rm ${node.directory}/tunnels/${name}.pid`);
    expect(await tunnels.find(name)).toBe(pid);
    await tunnels.stop(name, signal);
    expect(await tunnels.find(name)).toBeUndefined();
  });
});
