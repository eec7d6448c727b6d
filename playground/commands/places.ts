import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../src/values/failure.ts';

/** The folders of the playground, by the XDG base directory specification. */
export interface Places {
  /** One folder for each playground. */
  state: string;
  /** Programs and images, by a hash of their inputs. */
  cache: string;
  /** The project's own folder: a checkout, or the installed npm package. */
  project: string;
}

/**
 * Reads the folders from the environment; an empty variable counts as unset, as the specification requires.
 *
 * @throws Failure `CapabilityMissing` in the single-file program, which has no files to make clusters from.
 */
export function places(env: Readonly<Record<string, string | undefined>>): Places {
  const home = env.HOME || '/root';
  return {
    state: join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'kubeslice', 'playground'),
    cache: join(env.XDG_CACHE_HOME || join(home, '.cache'), 'kubeslice'),
    project: projectAbove(import.meta.dirname),
  };
}

/** The folder that contains `toolchain`: some folders above this source, one above the bundle in `dist`. A single-file program has no folder. */
function projectAbove(start: string | undefined): string {
  for (let folder = start ?? '/'; folder !== '/'; folder = dirname(folder)) {
    if (existsSync(join(folder, 'toolchain', 'kubernetes', 'go.mod'))) return folder;
  }
  throw new Failure(
    'CapabilityMissing',
    'The playground is made from files that this single-file kubeslice does not hold: use a checkout of the project or its npm package.',
  );
}
