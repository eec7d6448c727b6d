import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { namesIn, readIfPresent, readProcess } from './read-if-present.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('reads what is there, and nothing for what is not', async () => {
  await writeFile(join(folder, 'a'), 'text');
  expect(await readIfPresent(join(folder, 'a'))).toBe('text');
  expect(await readIfPresent(join(folder, 'b'))).toBeUndefined();
  expect(await namesIn(folder)).toEqual(['a']);
  expect(await namesIn(join(folder, 'none'))).toEqual([]);
  expect(await readProcess('/proc/4194304/cgroup')).toBeUndefined();
});

it('does not mistake what it cannot read for an absent file', async () => {
  await mkdir(join(folder, 'directory'));
  await writeFile(join(folder, 'file'), '');
  await expect(readIfPresent(join(folder, 'directory'))).rejects.toThrow('EISDIR');
  await expect(namesIn(join(folder, 'file'))).rejects.toThrow('ENOTDIR');
});
