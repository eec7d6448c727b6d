import { join } from 'node:path';
import { provideImages } from '../playground/commands/images.ts';
import { places } from '../playground/commands/places.ts';
import { provideTools } from '../playground/commands/provide-tools.ts';
import { provide } from '../playground/toolchain/provide.ts';
import { version } from '../src/programs/version.ts';
import { Failure } from '../src/values/failure.ts';

/*
 * Installs, compiles and writes what the tests against real things need and the caches do not hold: Debian packages, Kubernetes and its
 * company, helm, images. On a machine where that cannot be done it says why; those tests are then skipped, except in CI.
 */
const abort = new AbortController();
process.once('SIGTERM', () => abort.abort());
const { signal } = abort;
const where = places(process.env);
try {
  if (process.getuid?.() !== 0) throw new Failure('CapabilityMissing', 'the tests against real things need root');
  await provideTools(where, (line) => console.log(line), signal);
  console.log('helm: present or being compiled');
  await provide(['helm'], { cache: where.cache, modules: join(where.project, 'toolchain') }, signal);
  console.log(`images: ${await provideImages(where, version, signal)}`);
} catch (error) {
  console.log(`skipped: what real tests need: ${Failure.from(error).message}`);
  if (process.env.CI !== undefined) process.exitCode = 1;
}
