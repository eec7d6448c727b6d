import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { archiveFiles, blobPath } from './archive.ts';
import { contentKey } from './content-key.ts';
import type { BuiltLayer } from './layer-cache.ts';
import { cachedLayer } from './layer-cache.ts';
import { pack } from './pack.ts';
import type { Recipe } from './recipe.ts';

/** A finished archive of images. */
export interface BuiltArchive {
  /** The tar, for `ctr --namespace k8s.io images import` and similar tools. */
  readonly path: string;
  readonly images: readonly {
    readonly reference: string;
    /** SHA-256 of the manifest, with `sha256:`; the same content always has the same digest. */
    readonly digest: string;
    /** Bytes of all layers. */
    readonly size: number;
  }[];
  /** Whether the archive existed already. */
  readonly cached: boolean;
}

/** How many archives of one name are kept: the newest, and those that a running import may still read. */
const archivesKept = 3;

/**
 * Builds one archive of all the images, without any container engine; only changed layers are built again.
 *
 * Shared layers are in it once, so one import of several images is faster than several imports.
 *
 * @param name first part of the file's name; older archives of the same name are removed.
 * @param cache folder of the project's cache; layers go to `layers`, archives to `images` in it.
 * @throws Failure CapabilityMissing or CommandFailed from the programs used (tar, mmdebstrap, strip), Interrupted by the signal.
 */
export async function buildArchive(name: string, recipes: readonly Recipe[], cache: string, signal: AbortSignal): Promise<BuiltArchive> {
  const built = new Map<string, BuiltLayer>();
  const described = [];
  for (const recipe of recipes) {
    const layers: BuiltLayer[] = [];
    for (const layer of recipe.layers) layers.push(await cachedLayer(layer, cache, signal));
    for (const layer of layers) built.set(layer.digest, layer);
    described.push({ ...recipe, layers });
  }
  const { digests, files } = archiveFiles(described);
  const images = described.map(({ reference, layers }, index) => ({
    reference,
    digest: `sha256:${digests[index]}`,
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
  }));
  const folder = join(cache, 'images');
  const path = join(folder, `${name}-${contentKey(files)}.tar`);
  if (existsSync(path)) return { path, images, cached: true };

  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, `${name}.partial-`));
  try {
    const root = join(work, 'root');
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    // Links cost nothing; tar reads the layers through them.
    for (const layer of built.values()) await link(layer.path, join(root, blobPath(layer.digest)));
    await pack(root, join(work, 'archive.tar'), signal);
    await rename(join(work, 'archive.tar'), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await removeOldArchives(folder, name);
  return { path, images, cached: false };
}

async function removeOldArchives(folder: string, name: string): Promise<void> {
  // The key has 16 digits: `kubeslice-demo-…` must not count as an archive named `kubeslice`.
  const pattern = new RegExp(`^${name.replaceAll(/[.+]/g, '\\$&')}-[0-9a-f]{16}\\.tar$`);
  const files = (await readdir(folder)).filter((file) => pattern.test(file));
  const aged = await Promise.all(files.map(async (file) => ({ file, time: (await stat(join(folder, file))).mtimeMs })));
  const old = aged.toSorted((a, b) => b.time - a.time).slice(archivesKept);
  await Promise.all(old.map(({ file }) => rm(join(folder, file), { force: true })));
}
