import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileEntry } from './files.ts';
import { filesLayer } from './files.ts';

describe('the key of a layer of files', () => {
  const { signal } = new AbortController();
  let folder: string;
  let source: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-'));
    source = join(folder, 'program');
    await writeFile(source, 'one');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const keyOf = async (entry: FileEntry): Promise<string> => (await filesLayer('x', { '/program': entry }, signal)).key;

  test('follows the content of a copied file, not its name or time', async () => {
    const before = await keyOf({ from: source, mode: 0o755 });
    const copy = join(folder, 'copy');
    await writeFile(copy, 'one');
    expect(await keyOf({ from: copy, mode: 0o755 })).toBe(before);
    await writeFile(source, 'two');
    expect(await keyOf({ from: source, mode: 0o755 })).not.toBe(before);
  });

  test('differs by mode, text, link and path', async () => {
    const keys = await Promise.all([
      keyOf({ text: 'a', mode: 0o644 }),
      keyOf({ text: 'a', mode: 0o755 }),
      keyOf({ text: 'b', mode: 0o644 }),
      keyOf({ link: 'a' }),
      filesLayer('x', { '/other': { text: 'a', mode: 0o644 } }, signal).then((layer) => layer.key),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
