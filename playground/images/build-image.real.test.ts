import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildArchive } from './build-archive.ts';
import { buildImage } from './build-image.ts';
import { debianLayer } from './layers/debian.ts';
import { filesLayer } from './layers/files.ts';
import type { Layer, Recipe } from './recipe.ts';
import { architectureOf } from './recipe.ts';
import { stageImage } from './stage-image.ts';

const architecture = architectureOf(process.arch);
const reason =
  process.getuid?.() !== 0
    ? 'not root'
    : architecture === undefined
      ? `no images for ${process.arch}`
      : !existsSync('/usr/bin/mmdebstrap')
        ? 'mmdebstrap is not installed'
        : undefined;
if (reason !== undefined) console.log(`skipped: building a real image: ${reason}`);

describe.skipIf(reason !== undefined)('a real image', () => {
  const { signal } = new AbortController();
  let folder: string;
  let base: Layer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-'));
    base = debianLayer({ name: 'tiny', architecture: architecture ?? 'amd64', packages: ['busybox'] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const recipe = async (text: string): Promise<Recipe> => ({
    reference: 'kubeslice/tiny:1',
    architecture: architecture ?? 'amd64',
    layers: [base, await filesLayer('greeting', { '/srv/greeting': { text, mode: 0o644 } }, signal)],
    config: { entrypoint: ['/bin/cat', '/srv/greeting'] },
  });
  const unpack = async (tar: string): Promise<string> => {
    const target = await mkdtemp(join(folder, 'unpacked-'));
    execFileSync('tar', ['--extract', `--file=${tar}`, `--directory=${target}`]);
    return target;
  };

  test('holds a root file system that runs, under digests that are true', async () => {
    const image = await buildImage(await recipe('hello\n'), join(folder, 'cache'), signal);
    expect(image).toMatchObject({ reference: 'kubeslice/tiny:1', cached: false });
    const archive = await unpack(image.path);
    const blobs = join(archive, 'blobs/sha256');
    for (const name of await readdir(blobs)) {
      expect(
        createHash('sha256')
          .update(await readFile(join(blobs, name)))
          .digest('hex'),
      ).toBe(name);
    }
    const manifest = await readFile(join(archive, 'manifest.json'), 'utf8');
    const layers = manifest.match(/blobs\/sha256\/[0-9a-f]{64}(?="[,\]](?!"RepoTags))/g) ?? [];
    expect(layers).toHaveLength(2);
    const root = await mkdtemp(join(folder, 'root-'));
    for (const layer of layers) execFileSync('tar', ['-x', '-f', join(archive, layer), '-C', root]);
    expect(execFileSync('chroot', [root, '/bin/cat', '/srv/greeting'], { encoding: 'utf8' })).toBe('hello\n');
    expect(
      execFileSync('chroot', [root, '/bin/sh', '-c', 'ls /srv && test ! -e /etc/hostname && echo anonymous'], { encoding: 'utf8' }),
    ).toBe('greeting\nanonymous\n');
  });

  test('is taken from the cache the second time, and only the layer that changed is made anew', async () => {
    const cache = join(folder, 'cache');
    expect(await buildImage(await recipe('hello\n'), cache, signal)).toMatchObject({ cached: true });
    const layers = async (): Promise<string[]> => (await readdir(join(cache, 'layers'))).filter((name) => name.endsWith('.tar'));
    const before = await layers();
    expect(await buildImage(await recipe('goodbye\n'), cache, signal)).toMatchObject({ cached: false });
    expect((await layers()).filter((name) => !before.includes(name))).toEqual([expect.stringMatching(/^greeting-/)]);
    expect((await readdir(join(cache, 'layers'))).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('has the same digest when made from nothing again', async () => {
    const first = await buildImage(await recipe('hello\n'), join(folder, 'cache'), signal);
    const again = await buildImage(await recipe('hello\n'), join(folder, 'other'), signal);
    expect(again).toMatchObject({ cached: false, digest: first.digest });
  });

  test('can be laid out for other builders: the upper layer wins, also over a link', async () => {
    const over = await filesLayer('over', { '/bin/cat': { text: '#!/bin/sh\necho over\n', mode: 0o755 } }, signal);
    const { layers, ...rest } = await recipe('hello\n');
    await stageImage({ ...rest, layers: [...layers, over] }, join(folder, 'context'), join(folder, 'cache'), signal);
    const root = join(folder, 'context/root');
    expect(execFileSync('chroot', [root, '/bin/cat', '/srv/greeting'], { encoding: 'utf8' })).toBe('over\n');
    expect(execFileSync('chroot', [root, '/bin/sh', '-c', 'echo still a shell'], { encoding: 'utf8' })).toBe('still a shell\n');
    expect(await readFile(join(folder, 'context/Containerfile'), 'utf8')).toContain('ENTRYPOINT ["/bin/cat","/srv/greeting"]');
  });

  test('an archive of two images holds a shared layer once', async () => {
    const two = [await recipe('hello\n'), { ...(await recipe('goodbye\n')), reference: 'kubeslice/tiny:2' }];
    const { path, images } = await buildArchive('two', two, join(folder, 'cache'), signal);
    expect(images.map((image) => image.reference)).toEqual(['kubeslice/tiny:1', 'kubeslice/tiny:2']);
    expect((await stat(path)).size).toBeLessThan((images[0]?.size ?? 0) * 1.5);
  });
});
