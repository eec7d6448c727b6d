import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contentKey } from '../content-key.ts';
import { fileDigest } from '../file-digest.ts';
import type { Layer } from '../recipe.ts';

/** One entry of a layer made of single files. */
export type FileEntry =
  /** A copy of a file of this machine. */
  | { readonly from: string; readonly mode: number }
  /** A file with this text. */
  | { readonly text: string; readonly mode: number }
  /** A symbolic link. */
  | { readonly link: string };

/** A layer of single files, by absolute path in the image. Its key is their content, so it is built again only when a file changed. */
export async function filesLayer(name: string, entries: Readonly<Record<string, FileEntry>>, signal: AbortSignal): Promise<Layer> {
  const parts: Record<string, string> = {};
  for (const [path, entry] of Object.entries(entries)) {
    parts[path] = 'from' in entry ? `${entry.mode} sha256 ${await fileDigest(entry.from, signal)}` : JSON.stringify(entry);
  }
  const fill: Layer['fill'] = async (root) => {
    for (const [path, entry] of Object.entries(entries)) {
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      if ('link' in entry) {
        await symlink(entry.link, target);
        continue;
      }
      if ('from' in entry) await copyFile(entry.from, target);
      else await writeFile(target, entry.text);
      await chmod(target, entry.mode);
    }
  };
  return { name, key: contentKey(parts), fill };
}
