import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Architecture } from '../recipe.ts';

/** One unpacked Debian package. */
export interface DebianVersion {
  readonly name: string;
  readonly version: string;
  /** The source package from which it was built. */
  readonly source: string;
}

/** Where an image lists its packages. Image scanners read it there, because the image has no package manager. */
export const statusFolder = 'var/lib/dpkg/status.d';

/** Packages whose programs an image does not keep: maintainer scripts depend on them, and these never run. */
const removed = new Set(['apt', 'debconf', 'perl-base']);

/** The names in a folder; none when there is no folder of this name. */
const namesIn = async (path: string): Promise<string[]> => {
  try {
    return await readdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
};

/** Name and version of every package under `root`, from the changelogs that Debian policy requires (12.7), ordered by name. */
export async function debianVersions(root: string): Promise<DebianVersion[]> {
  const docs = join(root, 'usr/share/doc');
  const found: DebianVersion[] = [];
  for (const name of (await namesIn(docs)).toSorted()) {
    if (removed.has(name)) continue;
    const files = await namesIn(join(docs, name));
    // A binary rebuild without a source change has a changelog of its own for the architecture.
    const file =
      files.find((each) => /^changelog\.Debian\.\w+\.gz$/.test(each)) ?? files.find((each) => /^changelog\.(Debian\.)?gz$/.test(each));
    if (file === undefined) continue;
    const head = gunzipSync(await readFile(join(docs, name, file)))
      .subarray(0, 300)
      .toString('utf8');
    const [, source, version] = /^(\S+) \(([^)]+)\)/.exec(head) ?? [];
    if (source !== undefined && version !== undefined) found.push({ name, version, source });
  }
  return found;
}

/** Writes the packages where scanners expect them: one file for each, in the form of dpkg's status file. */
export async function writePackageStatus(root: string, architecture: Architecture, packages: readonly DebianVersion[]): Promise<void> {
  const folder = join(root, statusFolder);
  await mkdir(folder, { recursive: true });
  for (const { name, version, source } of packages) {
    const lines = [
      `Package: ${name}`,
      'Status: install ok installed',
      `Architecture: ${architecture}`,
      `Source: ${source}`,
      `Version: ${version}`,
    ];
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
  }
}
