import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../src/host/run.ts';
import { PodGuard } from '../../src/kernel/pod/pod-guard.ts';

/*
 * The first pods of a slice on a node are attached at the same time. One that was reading the record of the guard while another had just made it
 * took back what the other knew, which then wrote a record without content and failed: the pod waited a second for its next attempt.
 */

const { signal } = new AbortController();
const listed = JSON.stringify({ nftables: [{ table: { family: 'inet', name: 'kubeslice' } }] });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/guard-`);
});
afterEach(() => rm(directory, { recursive: true }));

it('guards of several pods are loaded at once', async () => {
  for (let round = 0; round < 60; round += 1) {
    const name = `slice-${round}`;
    let commands = round;
    // Each command takes another time, so that the pods meet each other at every place.
    const run: Run = async () => {
      commands += 1;
      for (let turn = (commands * 7) % 5; turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
      return { code: 0, stdout: listed, stderr: '' };
    };
    const guard = new PodGuard(run, name, directory);
    await Promise.all(Array.from({ length: 8 }, (_, pod) => guard.load(`/run/netns/${pod}`, '10.0.0.0/16', signal)));
    expect(await readFile(`${directory}/${name}.guard`, 'utf8')).toMatch(/^[0-9a-f]{64} [0-9a-f]{64}$/);
  }
});
