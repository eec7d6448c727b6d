import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shell } from '../../src/kernel/fixtures/real-node.ts';

/*
 * Where no file descriptor is free, Node starts no process and gives a child without pipes. The agent used the pipes and ended, with every slice of
 * the node unattended, as soon as a prober, a relay or a monitor was to be started.
 */

const obstacle = process.getuid?.() === 0 ? undefined : 'it makes network namespaces, which needs root';
if (obstacle !== undefined) console.log(`skipped: no free descriptors: ${obstacle}`);

const netns = `kst-${process.pid}-full`;
const script = `
import { closeSync, openSync } from 'node:fs';
import { Prober } from './src/kernel/process/probe.ts';
import { Relay } from './src/kernel/process/relay.ts';
import { NamespaceMonitor } from './src/kernel/monitor.ts';
import { systemClock as clock } from './src/values/clock.ts';

const taken = [];
const fill = () => { try { for (;;) taken.push(openSync('/dev/null')); } catch (error) { if (error.code !== 'EMFILE') throw error; } };
const netns = '${netns}';
const changes = [];
const ends = [];
const prober = new Prober({ program: '/bin/cat', netns, onAnswer: () => {} });
const monitor = new NamespaceMonitor((name) => changes.push(name));
const sockets = { serve: '/nowhere/serve', dial: '/nowhere/dial' };
const relay = new Relay(sockets, { program: '/bin/false', clock, random: () => 0, onEnd: (_, why) => ends.push(why) });
const network = { slice: 'app', netns, router: '10.0.0.1' };
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
fill();
for (let times = 0; times < 3; times += 1) {
  await Promise.all([prober.keep(), relay.aim(network), monitor.aim([netns])]);
  await turn();
}
const full = { asks: prober.ask([]), ends: [...ends] };
for (const one of taken) closeSync(one);
for (let times = 0; times < 250 && !(prober.ask([]) && ends.includes('exit code 1')); times += 1) {
  await Promise.all([prober.keep(), relay.aim(network), monitor.aim([netns])]);
  await turn();
}
console.log(JSON.stringify({ full, freed: { asks: prober.ask([]), ends } }));
process.exit(0);
`;

describe.skipIf(obstacle !== undefined)('without free file descriptors', () => {
  beforeAll(() => void shell(`ip netns add ${netns}`));
  afterAll(() => void shell(`ip netns del ${netns}`));

  it('prober, relay and monitor are not started, and are when there are some again', async () => {
    const words = ['-c', `ulimit -n 100; exec "$0" --input-type=module --eval "$1"`, process.execPath, script];
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile('sh', words, { timeout: 30_000 }, (_, out, err) => resolve({ stdout: out, stderr: err }));
    });
    expect(stderr).not.toContain('TypeError');
    const seen = JSON.parse(stdout) as Record<'full' | 'freed', { asks: boolean; ends: string[] }>;
    expect(seen.full.asks).toBe(false);
    expect(seen.full.ends[0]).toMatch(/EMFILE/);
    expect(seen.freed.asks).toBe(true);
    expect(seen.freed.ends).toContain('exit code 1');
  });
});
