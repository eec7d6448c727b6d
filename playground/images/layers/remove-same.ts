import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes from `folder` every file that exists in `below` with the same type, mode and content; folders stay.
 *
 * The rest on top of `below` equals the original `folder`: the difference as an image layer.
 */
export async function removeSame(folder: string, below: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [upper, lower] = [join(folder, name), join(below, name)];
    const [ours, theirs] = [await lstat(upper), await lstat(lower).catch(() => undefined)];
    if (theirs === undefined) continue;
    if (ours.isDirectory() && theirs.isDirectory()) await removeSame(upper, lower);
    else if (await isSame(upper, ours, lower, theirs)) await rm(upper);
  }
}

async function isSame(upper: string, ours: Stats, lower: string, theirs: Stats): Promise<boolean> {
  if (ours.mode !== theirs.mode) return false;
  if (ours.isSymbolicLink()) return (await readlink(upper)) === (await readlink(lower));
  if (!ours.isFile() || ours.size !== theirs.size) return false;
  return (await readFile(upper)).equals(await readFile(lower));
}
