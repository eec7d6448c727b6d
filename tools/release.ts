import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { places } from '../playground/commands/places.ts';
import { Failure } from '../src/values/failure.ts';
import { differences, readSums, writeSums } from './release/checksums.ts';
import { makeRelease } from './release/make-release.ts';

/*
 * Makes everything that people take home, in dist/release/ or --output: the image for both architectures, chart, npm package, the single-file
 * program, release notes, bill of materials and checksums. --twice makes it all again from an empty cache of layers and compares the checksums.
 */
const root = dirname(import.meta.dirname);
const { values } = parseArgs({ options: { output: { type: 'string' }, twice: { type: 'boolean', default: false } } });
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
const { signal } = abort;
const say = (line: string): void => console.log(line);

try {
  const output = resolve(values.output ?? join(root, 'dist', 'release'));
  const { cache } = places(process.env);
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await makeRelease({ project: root, cache, output, report: say }, signal);
  await writeSums(output, signal);
  for (const [file, sum] of await readSums(output)) say(`${sum}  ${file}`);
  say(output);
  if (values.twice) await makeAgain(output, cache);
} catch (error) {
  if (!Failure.is(error)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

async function makeAgain(first: string, cache: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'kubeslice-release-'));
  try {
    const [output, fresh] = [join(work, 'output'), join(work, 'cache')];
    await mkdir(output);
    // Compiled programs have a key of their own content; layers are what the second time must bring out again.
    await cp(join(cache, 'node'), join(fresh, 'node'), { recursive: true });
    await makeRelease({ project: root, cache: fresh, output, report: (line) => say(`again: ${line}`) }, signal);
    await writeSums(output, signal);
    const differing = differences(await readSums(first), await readSums(output));
    if (differing.length > 0) throw new Failure('CommandFailed', `Made twice, these files differ: ${differing.join(', ')}.`);
    say('made twice: all checksums are equal');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
