import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent } from '../../src/host/read-if-present.ts';
import { fileDigest } from './file-digest.ts';
import { pack } from './pack.ts';
import type { Layer } from './recipe.ts';

/** A finished layer: its uncompressed tar, and its description in an image. */
export interface BuiltLayer {
  readonly path: string;
  /** SHA-256 of the tar, 64 hexadecimal digits; the tar is not compressed, so this is both the blob's digest and the DiffID. */
  readonly digest: string;
  /** Size of the tar in bytes. */
  readonly size: number;
  readonly cached: boolean;
}

/**
 * A layer from the cache, or built now: first the layers it needs, then its files into an empty folder, then the tar.
 *
 * The description is written last and by rename, so an interrupted layer does not count.
 */
export async function cachedLayer(layer: Layer, cache: string, signal: AbortSignal): Promise<BuiltLayer> {
  const folder = join(cache, 'layers');
  const path = join(folder, `${layer.name}-${layer.key}.tar`);
  const description = `${path}.digest`;
  const known = await readIfPresent(description);
  if (known !== undefined) {
    const [digest = '', size] = known.split(' ');
    return { path, digest, size: Number(size), cached: true };
  }

  const tars = new Map<Layer, string>();
  for (const needed of layer.needs ?? []) tars.set(needed, (await cachedLayer(needed, cache, signal)).path);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, `${layer.name}.partial-`));
  try {
    const [root, scratch, tar] = [join(work, 'root'), join(work, 'scratch'), join(work, 'layer.tar')];
    await mkdir(root, { mode: 0o755 });
    await mkdir(scratch);
    await layer.fill(root, { signal, scratch, tarOf: (needed) => tarOf(tars, needed, layer) });
    await pack(root, tar, signal);
    const [digest, { size }] = [await fileDigest(tar, signal), await stat(tar)];
    await writeFile(join(work, 'description'), `${digest} ${size}`);
    await rename(tar, path);
    await rename(join(work, 'description'), description);
    return { path, digest, size, cached: false };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function tarOf(tars: ReadonlyMap<Layer, string>, needed: Layer, layer: Layer): string {
  const path = tars.get(needed);
  if (path === undefined) throw new Error(`layer ${layer.name} reads layer ${needed.name} without naming it in needs`);
  return path;
}
