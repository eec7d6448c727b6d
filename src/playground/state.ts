import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../values/failure.ts';
import { playgroundPaths } from './paths.ts';
import type { PlaygroundSpec } from './spec.ts';

/** What the state directory says about a playground; undefined when there is none of that name. */
export async function readSpec(stateDirectory: string, name: string): Promise<PlaygroundSpec | undefined> {
  const text = await readFile(playgroundPaths(stateDirectory, name).spec, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as PlaygroundSpec);
}

/** Like `readSpec`, for commands that need a playground. @throws Failure `NotFound` with the command that makes one. */
export async function requireSpec(stateDirectory: string, name: string): Promise<PlaygroundSpec> {
  const spec = await readSpec(stateDirectory, name);
  if (spec !== undefined) return spec;
  const others = await playgroundNames(stateDirectory);
  const known = others.length === 0 ? 'there is none yet' : `there is ${others.join(', ')}`;
  throw new Failure('NotFound', `No playground is called "${name}" (${known}): start it with "kubeslice playground up --name ${name}".`);
}

/** Replaces the description as a whole, so that an interruption leaves the old or the new one. */
export async function writeSpec(stateDirectory: string, spec: PlaygroundSpec): Promise<void> {
  const paths = playgroundPaths(stateDirectory, spec.name);
  await mkdir(paths.directory, { recursive: true, mode: 0o755 });
  await writeFile(`${paths.spec}.new`, `${JSON.stringify(spec, null, 2)}\n`);
  await rename(`${paths.spec}.new`, paths.spec);
}

/** Names of the playgrounds that the state directory knows. */
export async function playgroundNames(stateDirectory: string): Promise<string[]> {
  const entries = await readdir(stateDirectory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
}

/**
 * Runs the work while no other process changes the same playground. A lock whose holder has ended, or has come back as another process, does not count.
 *
 * @throws Failure `Conflict` with the holder's process id.
 */
export async function withLock<T>(stateDirectory: string, name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(stateDirectory, { recursive: true });
  const { lock } = playgroundPaths(stateDirectory, name);
  const mine = `${process.pid} ${await startTime(process.pid)}`;
  const taken = async (): Promise<boolean> => {
    try {
      await writeFile(lock, mine, { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  };
  if (!(await taken())) {
    const [pid, started] = (await readFile(lock, 'utf8').catch(() => '')).split(' ');
    const alive = pid !== undefined && pid !== '' && (await startTime(Number(pid))) === started;
    if (alive) throw new Failure('Conflict', `Process ${pid} is working on playground "${name}": wait for it or end it.`);
    await rm(lock, { force: true });
    if (!(await taken())) throw new Failure('Conflict', `Another process has just begun to work on playground "${name}": wait for it.`);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat), which together with its number identifies it. */
async function startTime(pid: number): Promise<string | undefined> {
  const text = await readFile(join('/proc', String(pid), 'stat'), 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
