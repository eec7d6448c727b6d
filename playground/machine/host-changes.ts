import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { namesIn, readIfPresent } from '../../src/host/read-if-present.ts';
import { privateDirectories } from '../clusters/paths.ts';
import { run } from './run.ts';

/** The changes that playgrounds made to the host; the removal of the last one restores them. */
interface HostChanges {
  /** Kernel setting (path below /proc/sys) → value before. */
  settings: Record<string, string>;
  /** Directories that did not exist, outermost first. */
  directories: string[];
  /** `ip netns` mounts this directory over itself at first use, and leaves it mounted. */
  netnsMounted: boolean;
}

/** Per-user limits that a dozen kubelets and container runtimes exceed; a higher value stays. */
const minimums: Readonly<Record<string, number>> = { 'fs/inotify/max_user_instances': 8192, 'fs/inotify/max_user_watches': 524_288 };

/** Settings that every kubelet writes by itself, for the whole kernel. */
const writtenByKubelet = [
  'vm/overcommit_memory',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

/**
 * A file in every mount point, below what machines mount there. Without it, a program in one machine could remove the directory on the host (a node
 * cleanup may), and the kernel unmounts a removed directory in every namespace: all other machines would lose theirs.
 */
const placeholder = '.kubeslice-playground';

const file = (stateDirectory: string): string => join(stateDirectory, '.host.json');
const setting = (name: string): string => join('/proc/sys', name);

/** Raises limits and creates mount points, after recording the previous state. Safe to repeat. */
export async function changeHost(stateDirectory: string): Promise<void> {
  const changes = (await readChanges(stateDirectory)) ?? (await observe());
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(file(stateDirectory), `${JSON.stringify(changes, null, 2)}\n`);
  for (const [name, minimum] of Object.entries(minimums)) {
    if (Number(await readFile(setting(name), 'utf8')) < minimum) await writeFile(setting(name), String(minimum));
  }
  for (const directory of Object.values(privateDirectories)) {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, placeholder), '');
  }
}

/**
 * Restores what `changeHost` and the kubelets changed. Call it only when no playground is left: a removed directory is unmounted in every namespace.
 */
export async function restoreHost(stateDirectory: string, signal: AbortSignal): Promise<void> {
  const changes = await readChanges(stateDirectory);
  if (changes === undefined) return;
  for (const [name, value] of Object.entries(changes.settings)) await writeFile(setting(name), value);
  for (const directory of Object.values(privateDirectories)) await rm(join(directory, placeholder), { force: true });
  // A directory that others use by now stays.
  for (const directory of changes.directories.toReversed()) await rmdir(directory).catch(() => undefined);
  const used = await namesIn('/run/netns');
  if (!changes.netnsMounted && used.length === 0 && (await isNetnsMounted())) await run('umount', ['/run/netns'], { signal });
  await rm(file(stateDirectory), { force: true });
}

async function readChanges(stateDirectory: string): Promise<HostChanges | undefined> {
  const text = await readIfPresent(file(stateDirectory));
  return text === undefined ? undefined : (JSON.parse(text) as HostChanges);
}

async function observe(): Promise<HostChanges> {
  const settings: Record<string, string> = {};
  for (const name of [...Object.keys(minimums), ...writtenByKubelet]) {
    const value = await readIfPresent(setting(name));
    if (value !== undefined) settings[name] = value.trim();
  }
  const directories = new Set<string>();
  for (const directory of Object.values(privateDirectories))
    for (const missing of await missingAncestors(directory)) directories.add(missing);
  return { settings, directories: [...directories], netnsMounted: await isNetnsMounted() };
}

async function missingAncestors(directory: string): Promise<string[]> {
  const present = await stat(directory).catch(() => undefined);
  return present === undefined ? [...(await missingAncestors(dirname(directory))), directory] : [];
}

const isNetnsMounted = async (): Promise<boolean> => (await readFile('/proc/self/mountinfo', 'utf8')).includes(' /run/netns ');
