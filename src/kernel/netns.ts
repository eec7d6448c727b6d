import { access, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { namesIn, readIfPresent } from './read-if-present.ts';
import { mustRun, type Run } from './run.ts';

/** Where named network namespaces are mounted (ip-netns(8)). */
export const netnsDirectory = '/run/netns';

/** Path of a named network namespace. */
export const netnsPath = (name: string): string => `${netnsDirectory}/${name}`;

/** A command to be executed inside a network namespace. Threads of this process never switch: `setns` is per thread and Node has several. */
export const inNetns = (path: string, argv: readonly string[]): readonly string[] => ['nsenter', `--net=${path}`, '--', ...argv];

/**
 * Which namespaces are ours, as files on tmpfs: a name alone does not say it, for others may begin theirs alike. Files and namespaces both end with
 * the machine's power.
 */
export class OwnNamespaces {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = `${directory}/namespaces`;
  }

  /** Marks a name as ours, before the namespace is made. */
  async claim(name: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(`${this.#directory}/${name}`, '', { mode: 0o600 });
  }

  async forget(name: string): Promise<void> {
    await rm(`${this.#directory}/${name}`, { force: true });
  }

  async has(name: string): Promise<boolean> {
    return (await readIfPresent(`${this.#directory}/${name}`)) !== undefined;
  }

  /** The names that are ours, sorted. */
  async list(): Promise<string[]> {
    return (await namesIn(this.#directory)).toSorted();
  }
}

/** Names of the namespaces that start with a prefix, sorted. */
export const listNetns = async (prefix: string): Promise<string[]> => {
  const names = await readdir(netnsDirectory).catch(() => [] as string[]);
  return names.filter((name) => name.startsWith(prefix)).toSorted();
};

/**
 * Identity of a namespace behind a path (device and inode), or undefined when there is none. Two paths with the same identity are the same
 * namespace; a name whose namespace was replaced has another identity.
 */
export const netnsIdentity = async (path: string): Promise<string | undefined> => {
  const seen = await stat(path).catch(() => undefined);
  if (seen === undefined) return undefined;
  // A name whose mount was removed is an empty regular file on the same device as its directory.
  const directory = path.startsWith(`${netnsDirectory}/`) ? await stat(netnsDirectory) : undefined;
  return directory?.dev === seen.dev ? undefined : `${seen.dev}:${seen.ino}`;
};

/** Makes a named namespace; one that is only a stale name is replaced. */
export const addNetns = async (run: Run, name: string, signal: AbortSignal): Promise<void> => {
  const stale = await access(netnsPath(name)).then(
    () => true,
    () => false,
  );
  if (stale) await run(['ip', 'netns', 'del', name], { signal });
  await mustRun(run, ['ip', 'netns', 'add', name], { signal });
};

/** Removes a named namespace if it is there; interfaces in it go with it once no process is left inside. */
export const deleteNetns = async (run: Run, name: string, signal: AbortSignal): Promise<void> => {
  await run(['ip', 'netns', 'del', name], { signal });
};

/**
 * Kernel settings of a slice's namespace, below `/proc/sys`: forward, accept only packets whose source is reached through the interface
 * they came in by (RFC 3704), and stay out of IPv6 and of redirects.
 */
export const sliceSettings: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  'net/ipv4/conf/all/rp_filter': '1',
  'net/ipv4/conf/default/rp_filter': '1',
  'net/ipv4/conf/all/accept_redirects': '0',
  'net/ipv4/conf/default/accept_redirects': '0',
  'net/ipv4/conf/all/send_redirects': '0',
  'net/ipv4/conf/default/send_redirects': '0',
  'net/ipv6/conf/all/disable_ipv6': '1',
  'net/ipv6/conf/default/disable_ipv6': '1',
};

// `cat` fails on a file that a kernel without IPv6 lacks but prints the others; names are printed too so that nothing shifts.
const readScript =
  'for name in "$@"; do if [ -e "/proc/sys/$name" ]; then read -r value < "/proc/sys/$name"; echo "$name=$value"; fi; done';
const writeScript = 'for pair in "$@"; do echo "${pair#*=}" > "/proc/sys/${pair%%=*}"; done';

/** The settings of a namespace that exist there and differ from {@link sliceSettings}, as `name=wanted`. */
export const wrongSettings = async (run: Run, name: string, signal: AbortSignal): Promise<string[]> => {
  const output = await mustRun(run, inNetns(netnsPath(name), ['sh', '-c', readScript, 'sh', ...Object.keys(sliceSettings)]), { signal });
  const seen = new Map(output.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const));
  return Object.entries(sliceSettings)
    .filter(([key, wanted]) => seen.has(key) && seen.get(key) !== wanted)
    .map(([key, wanted]) => `${key}=${wanted}`);
};

/** Writes settings given as `name=value`. */
export const writeSettings = async (run: Run, name: string, pairs: readonly string[], signal: AbortSignal): Promise<void> => {
  await mustRun(run, inNetns(netnsPath(name), ['sh', '-c', writeScript, 'sh', ...pairs]), { signal });
};
