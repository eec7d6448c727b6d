import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../playground/images/bundle.ts';
import { run } from '../../playground/images/command.ts';
import { tarball } from './tarball.ts';

/** What of package.json only a checkout needs: the bundle holds every package that it uses, so an installation has nothing to fetch. */
const ofCheckout = ['dependencies', 'devDependencies', 'scripts'];

/** The manifest of the packed package, from that of the checkout. Node stays in it as an optional package, for machines whose Node is too old. */
export const packedManifest = (manifest: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(manifest).filter(([key]) => !ofCheckout.includes(key)));

/**
 * Packs the npm package into `output`: the files that `npm pack` takes (programs in one bundle, chart, examples and what a playground is made from), with a
 * manifest by which `npm install` needs no registry.
 */
export async function npmPackage(project: string, output: string, signal: AbortSignal): Promise<void> {
  await bundlePrograms(project, signal);
  const work = await mkdtemp(join(tmpdir(), 'kubeslice-npm-'));
  try {
    await run('npm', ['pack', '--silent', '--ignore-scripts', project, '--pack-destination', work], signal);
    const [packed = ''] = await readdir(work);
    await run('tar', ['--extract', `--file=${join(work, packed)}`, `--directory=${work}`], signal);
    const file = join(work, 'package', 'package.json');
    await writeFile(file, `${JSON.stringify(packedManifest(JSON.parse(await readFile(file, 'utf8'))), undefined, 2)}\n`);
    await tarball(work, ['package'], join(output, packed), signal);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
