import { bundlePrograms } from '../../src/images/bundle.ts';
import { run } from '../../src/images/command.ts';

/** Packs the npm package into `output`, as `npm pack` does: programs in one bundle, chart, examples and what a playground is made from. */
export async function npmPackage(project: string, output: string, signal: AbortSignal): Promise<void> {
  await bundlePrograms(project, signal);
  await run('npm', ['pack', '--silent', '--ignore-scripts', project, '--pack-destination', output], signal);
}
