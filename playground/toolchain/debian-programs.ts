import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../../src/values/failure.ts';

const run = promisify(execFile);

/** A Debian package that is used without installing it: its services must not start on this machine. */
export interface UnpackedPackage {
  readonly name: string;
  /** Paths of programs in the package. */
  readonly programs: readonly string[];
}

/** Prometheus, and promtool, which tests rules. */
export const prometheusPackage: UnpackedPackage = { name: 'prometheus', programs: ['usr/bin/prometheus', 'usr/bin/promtool'] };

/** Folder of the unpacked package in the cache; undefined when the cache does not have it. */
export function unpackedPackage({ name, programs }: UnpackedPackage, cache: string): string | undefined {
  const [first = ''] = programs;
  const [found] = globSync(join(cache, 'tools', `debian-${name}-*`, first)).toSorted();
  return found?.slice(0, -first.length - 1);
}

/**
 * Folder with the unpacked package of this machine's Debian; apt-get fetches it unless the cache has it. It appears in the cache complete or not at
 * all. It needs no root and changes nothing on the machine.
 *
 * @throws Failure CommandFailed with apt-get's own message; CapabilityMissing without apt-get.
 */
export async function provideUnpackedPackage(wanted: UnpackedPackage, cache: string, signal: AbortSignal): Promise<string> {
  const present = unpackedPackage(wanted, cache);
  if (present !== undefined) return present;
  const tools = join(cache, 'tools');
  await mkdir(tools, { recursive: true });
  const work = await mkdtemp(join(tools, '.unpacking-'));
  try {
    await execute('apt-get', ['-q', 'download', wanted.name], work, signal);
    const [archive = ''] = (await readdir(work)).filter((file) => file.endsWith('.deb'));
    await execute('dpkg-deb', ['-x', archive, 'files'], work, signal);
    // <name>_<version>_<architecture>.deb
    const version = decodeURIComponent(archive.split('_')[1] ?? '').replaceAll(/[^\w.+~-]/g, '-');
    const folder = join(tools, `debian-${wanted.name}-${version}`);
    await rename(join(work, 'files'), folder).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function execute(program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  try {
    await run(program, [...args], { cwd, signal, maxBuffer: 64 << 20 });
  } catch (cause) {
    if (signal.aborted) throw new Failure('Interrupted', `Fetching by ${program} was stopped; run it again.`, { cause });
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new Failure('CapabilityMissing', `${program} is missing: this needs Debian or a distribution made from it.`, { cause });
    const complaint = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    throw new Failure('CommandFailed', `${program} ${args.join(' ')} failed: ${complaint.trim().split('\n').slice(-3).join(' ')}`, {
      cause,
    });
  }
}
