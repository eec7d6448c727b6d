import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeSame } from './remove-same.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeslice-'));
  for (const side of ['upper', 'lower']) await mkdir(join(folder, side, 'bin'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

test('only what differs stays: new, other content, other mode, other target, other type', async () => {
  const upper = (name: string): string => join(folder, 'upper/bin', name);
  const lower = (name: string): string => join(folder, 'lower/bin', name);
  for (const name of ['same', 'content', 'mode']) {
    await writeFile(upper(name), 'text');
    await writeFile(lower(name), name === 'content' ? 'TEXT' : 'text');
  }
  await chmod(upper('mode'), 0o755);
  await writeFile(upper('new'), '');
  await writeFile(lower('only-below'), '');
  await symlink('a', upper('same-link'));
  await symlink('a', lower('same-link'));
  await symlink('a', upper('link'));
  await symlink('b', lower('link'));
  await writeFile(upper('type'), '');
  await symlink('busybox', lower('type'));

  await removeSame(join(folder, 'upper'), join(folder, 'lower'));
  expect((await readdir(join(folder, 'upper/bin'))).toSorted()).toEqual(['content', 'link', 'mode', 'new', 'type']);
});
