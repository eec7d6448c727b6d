import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { Failure } from '../values/failure.ts';

/** The bundled programs: `main` exports `main()`; `cni` is the CNI plugin, absent as long as its source is. */
export interface Bundles {
  readonly main: string;
  readonly cni: string | undefined;
}

const sources = { main: 'src/programs/main.ts', cni: 'src/programs/cni/plugin.ts' };

/** CommonJS packages inside an ES module still call `require` for Node's own modules. */
const requireInModule =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

/**
 * Bundles the programs into `dist/main.mjs` (everything, as one module that exports `main`) and `dist/cni.cjs` (the CNI plugin alone, since it
 * starts once for each pod and must load nothing that it does not use).
 *
 * In an installed package, which has no sources, the files that came with it are taken as they are.
 *
 * @param project folder of package.json.
 * @throws Failure NotFound when there is neither a source nor a finished bundle, CommandFailed when the source does not compile.
 */
export async function bundlePrograms(project: string, signal: AbortSignal): Promise<Bundles> {
  const main = join(project, 'dist', 'main.mjs');
  const cni = join(project, 'dist', 'cni.cjs');
  if (!existsSync(join(project, sources.main))) {
    if (existsSync(main)) return { main, cni: existsSync(cni) ? cni : undefined };
    throw new Failure(
      'NotFound',
      `Neither ${sources.main} nor dist/main.mjs exists in ${project}: run this in a complete checkout or an installed package.`,
    );
  }
  // A development dependency, so it is looked for only when there is source to bundle.
  const { build } = await import('esbuild');
  const compile = async (options: BuildOptions): Promise<void> => {
    signal.throwIfAborted();
    try {
      await build({ bundle: true, platform: 'node', target: 'node24', absWorkingDir: project, logLevel: 'silent', ...options });
    } catch (cause) {
      throw new Failure('CommandFailed', `The programs cannot be bundled: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  };
  await compile({
    entryPoints: [sources.main],
    outfile: main,
    format: 'esm',
    external: ['esbuild'],
    banner: { js: requireInModule },
  });
  if (!existsSync(join(project, sources.cni))) return { main, cni: undefined };
  await compile({ entryPoints: [sources.cni], outfile: cni, format: 'cjs', banner: { js: '#!/opt/cni/bin/.kubeslice/node' } });
  return { main, cni };
}
