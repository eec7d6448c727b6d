import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellQuote } from '../../src/values/text/shell-quote.ts';
import type { Places } from './places.ts';

/** Arguments with which a shell runs this command line from any folder, with any PATH. */
export const ownCommand = ({ project }: Places): string =>
  `${shellQuote(process.execPath)} ${shellQuote(join(project, 'bin', 'kubeslice.mjs'))}`;

/** Writes a `kubeslice` into a folder of programs, so that shells and completion find it outside of the project; it is removed with the folder. */
export async function provideOwnCommand(places: Places, folder: string): Promise<void> {
  const path = join(folder, 'kubeslice');
  await mkdir(folder, { recursive: true });
  // Replaced atomically: another shell may be running it.
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `#!/bin/sh\nexec ${ownCommand(places)} "$@"\n`);
  await chmod(fresh, 0o755);
  await rename(fresh, path);
}
