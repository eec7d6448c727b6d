import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the playground keeps what it has: by the XDG base directory specification. */
export interface Places {
  /** One folder for each playground. */
  state: string;
  /** Programs and images, by a hash of what they are made from. */
  cache: string;
  /** The project's own folder. */
  project: string;
}

/** Reads the places from the environment; an empty variable counts as unset, as the specification says. */
export function places(env: Readonly<Record<string, string | undefined>>): Places {
  const home = env.HOME || '/root';
  return {
    state: join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'kubeslice', 'playground'),
    cache: join(env.XDG_CACHE_HOME || join(home, '.cache'), 'kubeslice'),
    project: fileURLToPath(new URL('../../../../', import.meta.url)),
  };
}
