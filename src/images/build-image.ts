import { access, link, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { archiveFiles, blobPath } from './archive.ts';
import type { BuiltLayer } from './layer-cache.ts';
import { cachedLayer } from './layer-cache.ts';
import { pack } from './pack.ts';
import type { Recipe } from './recipe.ts';

/** A finished image archive. */
export interface BuiltImage {
  readonly reference: string;
  /** The tar, for `ctr --namespace k8s.io images import` and its like. */
  readonly path: string;
  /** SHA-256 of the manifest, with `sha256:`; the same content always has the same digest. */
  readonly digest: string;
  /** Bytes of all layers. */
  readonly size: number;
  /** Whether the archive was there already. */
  readonly cached: boolean;
}

/** How many archives of one reference are kept: the one just made and those that somebody may still be importing. */
const archivesKept = 3;

/**
 * The archive of an image, made without any container engine; only what changed is made anew.
 *
 * @param cache folder of the project's cache; layers go to `layers`, archives to `images` in it.
 * @throws Failure CapabilityMissing or CommandFailed from the programs used (tar, mmdebstrap, patchelf), Interrupted by the signal.
 */
export async function buildImage(recipe: Recipe, cache: string, signal: AbortSignal): Promise<BuiltImage> {
  const layers: BuiltLayer[] = [];
  for (const layer of recipe.layers) layers.push(await cachedLayer(layer, cache, signal));
  const archive = archiveFiles({ ...recipe, layers });
  const folder = join(cache, 'images');
  const stem = `${recipe.reference.replaceAll(/[/:]/g, '-')}-${recipe.architecture}`;
  const path = join(folder, `${stem}-${archive.digest.slice(0, 16)}.tar`);
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  const image = { reference: recipe.reference, path, digest: `sha256:${archive.digest}`, size };
  if (await exists(path)) return { ...image, cached: true };

  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, `${stem}.partial-`));
  try {
    const root = join(work, 'root');
    for (const [name, text] of Object.entries(archive.files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    // Links cost nothing; tar reads the layer through them. Two equal layers are one blob.
    for (const layer of new Map(layers.map((each) => [each.digest, each])).values())
      await link(layer.path, join(root, blobPath(layer.digest)));
    await pack(root, join(work, 'image.tar'), signal);
    await rename(join(work, 'image.tar'), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await removeOldArchives(folder, stem);
  return { ...image, cached: false };
}

async function removeOldArchives(folder: string, stem: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${stem}-`) && name.endsWith('.tar'));
  const aged = await Promise.all(names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.toSorted((a, b) => b.time - a.time).slice(archivesKept);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
