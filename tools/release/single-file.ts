import { chmod, copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { run } from '../../playground/images/command.ts';
import { stripOf } from '../../playground/images/layers/node.ts';
import type { Architecture } from '../../playground/images/recipe.ts';
import { tarball } from './tarball.ts';

/** Where Node looks for a script inside of its own binary (Node's documentation, "Single executable applications"). */
const resource = 'NODE_SEA_BLOB';
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The programs in one script, and the npm packages that are in it. */
export interface SingleFileBundle {
  readonly text: string;
  /** Folders below node_modules, sorted. */
  readonly packages: readonly string[];
}

/** Bundles the command line as one CommonJS script, which is what a single-file program can hold. */
export async function bundleSingleFile(project: string, signal: AbortSignal): Promise<SingleFileBundle> {
  signal.throwIfAborted();
  const { outputFiles, metafile } = await build({
    stdin: { contents: "import { main } from './src/programs/main.ts';\nvoid main();\n", resolveDir: project, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['esbuild'],
    absWorkingDir: project,
    metafile: true,
    write: false,
    logLevel: 'silent',
    // A single file lies in no folder of the project.
    define: { 'import.meta.dirname': 'undefined' },
  });
  const packages = Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return { text: outputFiles[0]?.text ?? '', packages: [...new Set(packages.filter((name) => name !== undefined))].toSorted() };
}

/** What a single-file program is made of. */
interface SingleFileOptions {
  readonly project: string;
  readonly architecture: Architecture;
  /** Node for the architecture; its version must be the one that runs this. */
  readonly node: string;
  /** Text of the script. */
  readonly bundle: string;
}

/** Writes `kubeslice`, a Node without symbols that runs the script and needs nothing on the machine, into a folder. */
export async function singleFileProgram(
  { project, architecture, node, bundle }: SingleFileOptions,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'kubeslice-single-'));
  try {
    const [blob, binary] = [join(work, 'blob'), join(folder, 'kubeslice')];
    await writeFile(join(work, 'kubeslice.cjs'), bundle);
    // Node writes the script's path into the blob, so it is named without the folder, which is another one each time.
    const config = { main: 'kubeslice.cjs', output: 'blob', disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache: false };
    await writeFile(join(work, 'config.json'), JSON.stringify(config));
    await run('env', ['-C', work, process.execPath, '--experimental-sea-config', 'config.json'], signal);
    await copyFile(node, binary);
    await run(stripOf(architecture), [binary], signal);
    // As a program of its own: it remarks on sections that Node's binary has, which concerns nobody here.
    await run(join(project, 'node_modules', '.bin', 'postject'), [binary, resource, blob, '--sentinel-fuse', fuse], signal);
    await chmod(binary, 0o755);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Writes `kubeslice-<version>-linux-<architecture>.tar.gz`: the program, its licence, and the name `kubectl-slice` for it, by which kubectl finds it as
 * `kubectl slice`.
 */
export async function singleFilePackage(
  options: SingleFileOptions & { readonly version: string; readonly output: string },
  signal: AbortSignal,
): Promise<void> {
  const { project, version, architecture, output } = options;
  const work = await mkdtemp(join(tmpdir(), 'kubeslice-single-'));
  try {
    await singleFileProgram(options, work, signal);
    await symlink('kubeslice', join(work, 'kubectl-slice'));
    await copyFile(join(project, 'LICENSE'), join(work, 'LICENSE'));
    const file = join(output, `kubeslice-${version}-linux-${architecture}.tar.gz`);
    await tarball(work, ['LICENSE', 'kubectl-slice', 'kubeslice'], file, signal);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
