import { buildArchive } from './build-archive.ts';
import type { Recipe } from './recipe.ts';

/** A finished archive of one image. */
export interface BuiltImage {
  readonly reference: string;
  /** The tar, for `ctr --namespace k8s.io images import` and similar tools. */
  readonly path: string;
  /** SHA-256 of the manifest, with `sha256:`. */
  readonly digest: string;
  /** Bytes of all layers. */
  readonly size: number;
  readonly cached: boolean;
}

/** Builds the archive of a single image; see `buildArchive`. */
export async function buildImage(recipe: Recipe, cache: string, signal: AbortSignal): Promise<BuiltImage> {
  const name = `${recipe.reference.replaceAll(/[/:]/g, '-')}-${recipe.architecture}`;
  const { path, images, cached } = await buildArchive(name, [recipe], cache, signal);
  const [image] = images;
  if (image === undefined) throw new Error('an archive of one image came back without it');
  return { ...image, path, cached };
}
