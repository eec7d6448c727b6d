import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { places } from '../playground/commands/places.ts';
import { buildImage } from '../playground/images/build-image.ts';
import { bundlePrograms } from '../playground/images/bundle.ts';
import { containerfile } from '../playground/images/containerfile.ts';
import { nodeBinary } from '../playground/images/node-binary.ts';
import type { ImageConfig } from '../playground/images/recipe.ts';
import { architectureOf } from '../playground/images/recipe.ts';
import { demoConfig } from '../playground/images/recipes/demo.ts';
import { kubesliceConfig } from '../playground/images/recipes/kubeslice.ts';
import { playgroundImages } from '../playground/images/recipes/playground-images.ts';
import { stageImage } from '../playground/images/stage-image.ts';
import { nodePrograms, tools } from '../playground/toolchain/catalogue.ts';
import { provideDebianPackages } from '../playground/toolchain/debian.ts';
import { imagePackages } from '../playground/toolchain/debian-packages.ts';
import { provide } from '../playground/toolchain/provide.ts';
import { version } from '../src/programs/version.ts';
import { Failure } from '../src/values/failure.ts';

/*
 * Makes what is shipped. Without arguments: the bundle in dist/. With --images also the image archives, whose paths are printed; with --stage
 * a build context for other builders in dist/images/; with --containerfiles (and --check) the Containerfiles in images/.
 */
const root = dirname(import.meta.dirname);
const words = new Set(process.argv.slice(2));
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
const { signal } = abort;

try {
  if (words.has('--containerfiles')) await writeContainerfiles(words.has('--check'));
  else if (words.has('--images') || words.has('--stage')) await makeImages();
  else console.log((await bundlePrograms(root, signal)).join('\n'));
} catch (error) {
  // What is missing on this machine is a sentence; only a mistake of our own shows where it was made.
  if (!Failure.is(error)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

async function makeImages(): Promise<void> {
  const architecture = architectureOf(process.arch);
  if (architecture === undefined) throw new Error(`images are made for x64 and arm64, not for ${process.arch}`);
  const { cache } = places(process.env);
  await provideDebianPackages(
    { packages: imagePackages, report: ({ state, packages }) => console.error(`Debian packages (${packages.join(', ')}): ${state}`) },
    signal,
  );
  const names = ['pause', 'coredns', ...nodePrograms] as const;
  const programs = await provide(names, { cache, modules: join(root, 'toolchain') }, signal);
  const node = nodeBinary(root);
  const options = { project: root, version, architecture, node, corednsVersion: tools.coredns.version, programs };
  for (const recipe of await playgroundImages(options, signal)) {
    const name = recipe.reference.replace(/^kubeslice\/|:.*$/g, '');
    if (words.has('--images')) {
      const { reference, path, size } = await buildImage(recipe, cache, signal);
      console.log(`${reference}\t${Math.round(size / 1e6)} MB\t${path}`);
    }
    if (words.has('--stage')) {
      const folder = join(root, 'dist', 'images', name);
      await stageImage(recipe, folder, cache, signal);
      console.log(`${recipe.reference}\t${folder}`);
    }
  }
}

async function writeContainerfiles(check: boolean): Promise<void> {
  const configs: Record<string, ImageConfig> = { demo: demoConfig(version), kubeslice: kubesliceConfig(version) };
  for (const [name, config] of Object.entries(configs)) {
    const path = join(root, 'images', name, 'Containerfile');
    const text = containerfile(config);
    if ((await readFile(path, 'utf8').catch(() => '')) === text) continue;
    if (check) {
      console.log(`images/${name}/Containerfile is not what its recipe says: run npm run build -- --containerfiles and commit the result.`);
      process.exitCode = 1;
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.log(path);
  }
}
