import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { containerfile } from './containerfile.ts';
import { cachedLayer } from './layer-cache.ts';
import type { Recipe } from './recipe.ts';

/**
 * Writes an image as a build context for other builders: `Containerfile`, and the whole root file system in `root`, which is emptied first.
 *
 * It must run as root, because root owns the files.
 */
export async function stageImage(recipe: Recipe, folder: string, cache: string, signal: AbortSignal): Promise<void> {
  const root = join(folder, 'root');
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  for (const layer of recipe.layers) {
    const { path } = await cachedLayer(layer, cache, signal);
    // GNU tar replaces a file or link of a lower layer and never writes through a link.
    await run('tar', ['--extract', `--file=${path}`, `--directory=${root}`, '--preserve-permissions'], signal);
  }
  await writeFile(join(folder, 'Containerfile'), containerfile(recipe.config));
}
