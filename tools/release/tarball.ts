import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { run } from '../../playground/images/command.ts';

const compress = promisify(gzip);

/** Packs one folder, by its name, or some files of `parent` into a .tar.gz that depends on nothing but names, contents and modes. */
export async function tarball(parent: string, names: readonly string[], output: string, signal: AbortSignal): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'kubeslice-tarball-'));
  try {
    const tar = join(work, 'plain.tar');
    // Helm reads no extended headers before the first file, so the plain ustar form is written.
    const reproducible = [
      '--sort=name',
      '--format=ustar',
      '--mtime=@1577836800',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=go=rX',
    ];
    await run('tar', ['--create', `--file=${tar}`, ...reproducible, `--directory=${parent}`, ...names], signal);
    // zlib writes no time and no name into the header.
    await writeFile(output, await compress(await readFile(tar), { level: 6 }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
