import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildArchive } from '../../playground/images/build-archive.ts';
import type { Architecture } from '../../playground/images/recipe.ts';
import { version } from '../../src/programs/version.ts';
import { chartPackage } from './chart-package.ts';
import { imageRecipes } from './image-recipes.ts';
import { npmPackage } from './npm-package.ts';
import { provideParts } from './parts.ts';
import { place } from './place.ts';
import { releaseNotes } from './release-notes.ts';
import { billOfMaterials } from './sbom.ts';
import { bundleSingleFile, singleFilePackage } from './single-file.ts';

/** What images and programs are made for. */
export const architectures: readonly Architecture[] = ['amd64', 'arm64'];

/** Where a release is made from and put. */
export interface ReleaseOptions {
  /** Folder of package.json. */
  readonly project: string;
  /** The project's cache: compiled programs, Node, layers. */
  readonly cache: string;
  /** An empty folder. */
  readonly output: string;
  readonly report: (line: string) => void;
}

/**
 * Makes every file of a release but the checksums. Equal sources give equal bytes, as long as Debian's archive has the same versions.
 *
 * @throws Failure of the programs used (npm, go, mmdebstrap, strip, tar), NotFound when CHANGELOG.md has no part for this version.
 */
export async function makeRelease(options: ReleaseOptions, signal: AbortSignal): Promise<void> {
  const { project, cache, output, report } = options;
  report(`kubeslice ${version}: npm package and chart`);
  await writeFile(join(output, 'RELEASE-NOTES.md'), await releaseNotes(project, version));
  await npmPackage(project, output, signal);
  await chartPackage(project, version, output, signal);

  const parts = await provideParts({ project, cache, architectures, report }, signal);
  const bundle = await bundleSingleFile(project, signal);
  for (const architecture of architectures) {
    report(`single-file program for ${architecture}`);
    await singleFilePackage({ project, version, architecture, node: parts[architecture].node, bundle: bundle.text, output }, signal);
  }
  for (const name of ['kubeslice', 'demo'] as const) {
    report(`image ${name} for ${architectures.join(' and ')}`);
    const recipes = [];
    for (const architecture of architectures) {
      recipes.push((await imageRecipes({ project, version, architecture, parts: parts[architecture] }, signal))[name]);
    }
    const { path } = await buildArchive(`release-${name}`, recipes, cache, signal);
    await place(path, join(output, name === 'kubeslice' ? `kubeslice-image-${version}.tar` : `kubeslice-demo-image-${version}.tar`));
    if (name === 'kubeslice') await billOfMaterials({ project, version, cache, output, recipes, parts, packages: bundle.packages }, signal);
  }
}
