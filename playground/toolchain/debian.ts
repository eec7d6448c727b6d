import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Failure } from '../../src/values/failure.ts';
import type { DebianPackage } from './debian-packages.ts';
import { missingPackages } from './debian-packages.ts';

const run = promisify(execFile);

/** Progress of an installation; `packages` are the names being installed. */
export interface DebianProgress {
  readonly state: 'updating' | 'installing' | 'installed';
  readonly packages: readonly string[];
}

/**
 * Installs missing Debian packages, of those that the playground needs or of the given ones, and returns the names of the installed ones.
 *
 * When nothing is missing it only reads files: no apt-get, no network, no root. It waits up to three minutes for another apt-get to finish.
 *
 * @throws Failure CapabilityMissing with the packages, when they are missing and this is not root or not Debian;
 *   CommandFailed with apt-get's own message; Interrupted by the signal, which is checked between the two steps only.
 */
export async function provideDebianPackages(
  options: { readonly report?: (progress: DebianProgress) => void; readonly uid?: number; readonly packages?: readonly DebianPackage[] },
  signal: AbortSignal,
): Promise<string[]> {
  const missing = missingPackages(existsSync, options.packages);
  if (missing.length === 0) return [];
  const refusal = refusalToInstall(missing, options.uid ?? process.getuid?.() ?? -1, existsSync('/usr/bin/apt-get'));
  if (refusal !== undefined) throw refusal;

  const packages = missing.map((each) => each.name);
  options.report?.({ state: 'updating', packages });
  // An unrelated repository whose list cannot be fetched must not stop the installation: only the installation itself must succeed.
  const update = await aptGet(['update']).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (signal.aborted) throw new Failure('Interrupted', 'Stopped before any Debian package was installed; run it again.');
  options.report?.({ state: 'installing', packages });
  try {
    await aptGet(['install', '--yes', '--no-install-recommends', ...packages]);
  } catch (error) {
    throw update ?? error;
  }
  options.report?.({ state: 'installed', packages });

  const still = missingPackages(existsSync, missing);
  if (still.length > 0) {
    throw new Failure(
      'CapabilityMissing',
      `apt-get installed ${names(still)}, yet ${still.flatMap((each) => each.files).join(', ')} cannot be found.`,
    );
  }
  return packages;
}

/** Why the missing packages cannot be installed here, and the remedy; `undefined` when they can. */
export function refusalToInstall(missing: readonly DebianPackage[], uid: number, hasApt: boolean): Failure | undefined {
  if (!hasApt) {
    const programs = missing.flatMap((each) => each.files).join(', ');
    return new Failure(
      'CapabilityMissing',
      `The programs ${programs} are needed, and without apt-get they are not installed by this command: install them with this distribution's package manager (on Debian: ${names(missing)}).`,
    );
  }
  if (uid !== 0) {
    return new Failure(
      'CapabilityMissing',
      `The Debian packages ${names(missing)} are missing and only root can install them: run this as root, or first run "sudo apt-get install ${missing.map((each) => each.name).join(' ')}".`,
    );
  }
  return undefined;
}

function names(packages: readonly DebianPackage[]): string {
  return packages.map((each) => each.name).join(', ');
}

/** A signal never kills apt-get, which would leave half-configured packages behind. */
async function aptGet(args: readonly string[]): Promise<void> {
  const settings = ['DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C'];
  try {
    await run('env', [...settings, 'apt-get', '-o', 'DPkg::Lock::Timeout=180', '-q', ...args], { maxBuffer: 64 << 20 });
  } catch (cause) {
    const complaint = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    throw new Failure('CommandFailed', `apt-get ${args[0]} failed: ${complaint.trim().split('\n').slice(-5).join(' ')}`, { cause });
  }
}
