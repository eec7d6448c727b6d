import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileDigest } from '../../playground/images/file-digest.ts';

const sumsFile = 'SHA256SUMS';

/** Writes `SHA256SUMS` of all files in a folder, in the form that `sha256sum --check` reads, sorted by name. */
export async function writeSums(folder: string, signal: AbortSignal): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name !== sumsFile).toSorted();
  const lines: string[] = [];
  for (const file of files) lines.push(`${await fileDigest(join(folder, file), signal)}  ${file}\n`);
  await writeFile(join(folder, sumsFile), lines.join(''));
}

/** The sums of a folder by the names of its files. */
export async function readSums(folder: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(join(folder, sumsFile), 'utf8')).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** Names of the files that only one side has, or that have different sums. */
export function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name)).toSorted();
}
