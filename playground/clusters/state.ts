import { randomUUID } from 'node:crypto';
import { link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, readIfPresent, readProcess } from '../../src/host/read-if-present.ts';
import { writeWholeFile } from '../../src/host/whole-file.ts';
import { Failure } from '../../src/values/failure.ts';
import { nearest } from '../../src/values/text/nearest.ts';
import { until } from '../machine/until.ts';
import { playgroundPaths } from './paths.ts';
import type { PlaygroundSpec } from './spec.ts';

/** The stored description of a playground; undefined when there is none of that name. */
export async function readSpec(stateDirectory: string, name: string): Promise<PlaygroundSpec | undefined> {
  const text = await readIfPresent(playgroundPaths(stateDirectory, name).spec);
  return text === undefined ? undefined : (JSON.parse(text) as PlaygroundSpec);
}

/** Like `readSpec`, for commands that need a playground. @throws Failure `NotFound` with the existing ones and the command that creates one. */
export async function requireSpec(stateDirectory: string, name: string): Promise<PlaygroundSpec> {
  const spec = await readSpec(stateDirectory, name);
  if (spec !== undefined) return spec;
  const others = await playgroundNames(stateDirectory);
  const first = nearest(name, others) ?? others[0];
  const known = first === undefined ? 'there is none yet' : `there is ${others.join(', ')}`;
  const choose = first === undefined ? '' : `name one with --name ${first}, or `;
  throw new Failure(
    'NotFound',
    `No playground is called "${name}" (${known}): ${choose}start it with "kubeslice playground up --name ${name}".`,
  );
}

/** Replaces the description atomically, so that an interruption leaves the old or the new one. */
export async function writeSpec(stateDirectory: string, spec: PlaygroundSpec): Promise<void> {
  const paths = playgroundPaths(stateDirectory, spec.name);
  await writeWholeFile(paths.spec, `${JSON.stringify(spec, null, 2)}\n`, 0o644);
}

/** Names of the playgrounds in the state directory. */
export async function playgroundNames(stateDirectory: string): Promise<string[]> {
  const names = (await namesIn(stateDirectory)).filter((name) => !name.startsWith('.'));
  const isPlayground = await Promise.all(names.map(async (name) => (await stat(join(stateDirectory, name))).isDirectory()));
  return names.filter((_, index) => isPlayground[index]);
}

/** Name of the lock for changes of the host; no playground can have this name. */
export const hostLock = 'the host';

/**
 * Runs the work while no other process works under the same name. A lock whose holder has ended, or whose PID belongs to another process now, does
 * not count.
 *
 * @throws Failure `Conflict` with the holder's process id when it is held for longer than the wait limit (default: no wait).
 */
export async function withLock<T>(
  stateDirectory: string,
  name: string,
  work: () => Promise<T>,
  patience?: { signal: AbortSignal; waitMs: number },
): Promise<T> {
  await mkdir(stateDirectory, { recursive: true });
  const { lock } = playgroundPaths(stateDirectory, name);
  const attempt = async (): Promise<string | undefined> => {
    const holder = await takeLock(lock);
    return holder === undefined ? undefined : `process ${holder} is working on it`;
  };
  if (patience === undefined) {
    const held = await attempt();
    if (held !== undefined) throw new Failure('Conflict', `Playground "${name}" cannot be changed now: ${held}. Wait for it or end it.`);
  } else {
    await until(`The lock of ${name} is free`, attempt, { signal: patience.signal, timeoutMs: patience.waitMs, everyMs: 50 });
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Takes a lock file, or returns the process that holds it. */
async function takeLock(lock: string): Promise<string | undefined> {
  const create = async (): Promise<boolean> => {
    // The file is linked into place complete: an empty lock file would appear abandoned.
    const own = `${lock}.${randomUUID()}`;
    await writeFile(own, `${process.pid} ${await startTime(process.pid)}`);
    try {
      await link(own, lock);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(own);
    }
  };
  if (await create()) return undefined;
  const [pid = '', started] = ((await readIfPresent(lock)) ?? '').split(' ');
  if (started !== undefined && (await startTime(Number(pid))) === started) return pid;
  await rm(lock, { force: true });
  return (await create()) ? undefined : 'that has just begun';
}

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); together with the PID it identifies the process. */
async function startTime(pid: number): Promise<string | undefined> {
  const text = (await readProcess(join('/proc', String(pid), 'stat'))) ?? '';
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
