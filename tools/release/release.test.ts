import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { differences, readSums, writeSums } from './checksums.ts';
import { notesOf } from './release-notes.ts';

const { signal } = new AbortController();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeslice-release-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

describe('checksums', () => {
  test('are what sha256sum reads, without their own file', async () => {
    await put('b', 'hello\n');
    await put('a', '');
    await writeSums(folder, signal);
    await writeSums(folder, signal);
    expect(await readFile(join(folder, 'SHA256SUMS'), 'utf8')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  b\n',
    );
    expect([...(await readSums(folder)).keys()]).toEqual(['a', 'b']);
  });

  test('tell which files differ, and which only one side has', () => {
    const one = new Map([
      ['same', '1'],
      ['other', '1'],
      ['gone', '1'],
    ]);
    const two = new Map([
      ['same', '1'],
      ['other', '2'],
      ['new', '1'],
    ]);
    expect(differences(one, two)).toEqual(['gone', 'new', 'other']);
    expect(differences(one, one)).toEqual([]);
  });
});

describe('release notes', () => {
  const changelog =
    '# Changelog\n\nWords.\n\n## Unreleased\n\n- new\n\n## 1.0.0 (2030-01-01)\n\n- first\n\n### More\n\n- second\n\n## 0.9.0\n\n- old\n';

  test.each([
    ['1.0.0', '# KubeSlice 1.0.0\n\n- first\n\n### More\n\n- second\n'],
    ['0.9.0', '# KubeSlice 0.9.0\n\n- old\n'],
    ['1.0', '# KubeSlice 1.0\n\n- new\n'],
  ])('of %s', (version, notes) => {
    expect(notesOf(changelog, version)).toBe(notes);
  });

  test('a changelog without a part for the version is a mistake that is told', () => {
    expect(() => notesOf('# Changelog\n\n## 0.9.0\n', '1.0.0')).toThrow(/## 1\.0\.0.*## Unreleased/);
  });
});
