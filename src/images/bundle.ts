import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../values/failure.ts';

const source = 'src/programs/main.ts';

/** CommonJS packages inside an ES module still call `require` for Node's own modules. */
const requireInModule =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

/**
 * Bundles the programs into `dist/main.mjs`, one module that exports `main`, and resolves with its path.
 *
 * An installed package has no sources; its own bundle is used unchanged.
 *
 * @param project folder of package.json.
 * @throws Failure NotFound when there is neither a source nor a finished bundle, CommandFailed when the source does not compile.
 */
export async function bundlePrograms(project: string, signal: AbortSignal): Promise<string> {
  const outfile = join(project, 'dist', 'main.mjs');
  if (!existsSync(join(project, source))) {
    if (existsSync(outfile)) return outfile;
    throw new Failure(
      'NotFound',
      `Neither ${source} nor dist/main.mjs exists in ${project}: run this in a complete checkout or an installed package.`,
    );
  }
  // A development dependency, so it is loaded only when there is source to bundle.
  const { build } = await import('esbuild');
  signal.throwIfAborted();
  try {
    await build({
      entryPoints: [source],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      external: ['esbuild'],
      banner: { js: requireInModule },
      absWorkingDir: project,
      logLevel: 'silent',
    });
  } catch (cause) {
    throw new Failure('CommandFailed', `The programs cannot be bundled: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return outfile;
}
