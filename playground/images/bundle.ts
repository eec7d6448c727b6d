import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { namesIn } from '../../src/host/read-if-present.ts';
import { Failure } from '../../src/values/failure.ts';

const source = 'src/programs/main.ts';

/** CommonJS packages inside an ES module still call `require` for Node's own modules. */
const requireInModule =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

/**
 * Bundles the programs into `dist/`, and resolves with the paths of the modules; `main.mjs` exports `main`.
 *
 * Each program is a module of its own, and what several need is in shared modules: a program that runs loads only what it needs. As one module of 3.5 MB
 * every program took about 15 MiB more memory.
 *
 * An installed package has no sources; its own bundle is used unchanged.
 *
 * @param project folder of package.json.
 * @throws Failure NotFound when there is neither a source nor a finished bundle, CommandFailed when the source does not compile.
 */
export async function bundlePrograms(project: string, signal: AbortSignal): Promise<readonly string[]> {
  const folder = join(project, 'dist');
  if (!existsSync(join(project, source))) {
    const modules = await modulesIn(folder);
    if (modules.some((path) => basename(path) === 'main.mjs')) return modules;
    throw new Failure(
      'NotFound',
      `Neither ${source} nor dist/main.mjs exists in ${project}: run this in a complete checkout or an installed package.`,
    );
  }
  // A development dependency, so it is loaded only when there is source to bundle.
  const { build } = await import('esbuild');
  signal.throwIfAborted();
  try {
    const { outputFiles } = await build({
      entryPoints: [source],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      entryNames: '[name]',
      chunkNames: '[name]-[hash]',
      bundle: true,
      splitting: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      external: ['esbuild'],
      banner: { js: requireInModule },
      absWorkingDir: project,
      logLevel: 'silent',
      write: false,
    });
    await mkdir(folder, { recursive: true });
    for (const { path, contents } of outputFiles) await writeFile(path, contents);
    // Modules of an earlier bundle, which nothing imports any more.
    const current = new Set(outputFiles.map(({ path }) => path));
    for (const path of await modulesIn(folder)) if (!current.has(path)) await rm(path, { force: true });
    return [...current].toSorted();
  } catch (cause) {
    throw new Failure('CommandFailed', `The programs cannot be bundled: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** The modules in a folder, in order; none when it does not exist. */
const modulesIn = async (folder: string): Promise<string[]> =>
  (await namesIn(folder))
    .filter((name) => name.endsWith('.mjs'))
    .toSorted()
    .map((name) => join(folder, name));
