import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGroup, groupProcesses, groupsBelow, hierarchies, removeGroup, unreaped } from './control-groups.ts';
import { until } from './until.ts';

const missing = process.geteuid?.() === 0 ? '' : 'not root';
if (missing !== '') console.log(`skipped: control groups: ${missing}`);

test.skipIf(missing !== '')('a process that has ended is seen until its parent has asked', async ({ signal }) => {
  const group = 'kubeslice-reaping-test';
  const all = await hierarchies();
  await createGroup(all, group);
  // The shell becomes a program that never asks what became of its child.
  const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(line.toString());
    for (const { mountPoint } of all) await writeFile(join(mountPoint, group, 'system', 'cgroup.procs'), String(child));
    expect(await groupProcesses(all, group)).toEqual([child]);
    const command = (): Promise<string> => readFile(`/proc/${parent.pid}/comm`, 'utf8');
    const soon = { signal, timeoutMs: 10_000, everyMs: 10 };
    await until('the shell has become sleep', async () => ((await command()) === 'sleep\n' ? undefined : await command()), soon);
    process.kill(child, 'SIGKILL');
    await until('the group is empty', async () => ((await groupProcesses(all, group)).length === 0 ? undefined : 'not yet'), soon);
    expect(await unreaped([child], group)).toEqual([child]);
    parent.kill('SIGKILL');
    await until('it is reaped', async () => ((await unreaped([child], group)).length === 0 ? undefined : 'not yet'), soon);
  } finally {
    parent.kill('SIGKILL');
    await removeGroup(all, group);
  }
  expect(await groupsBelow(all, group)).toEqual([]);
});
