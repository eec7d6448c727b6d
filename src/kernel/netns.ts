import { access, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { namesIn, readIfPresent } from '../host/read-if-present.ts';
import { mustRun, type Run } from '../host/run.ts';

/** Where named network namespaces are mounted (ip-netns(8)). */
export const netnsDirectory = '/run/netns';

/** Path of a named network namespace. */
export const netnsPath = (name: string): string => `${netnsDirectory}/${name}`;

/** The command wrapped to run inside a network namespace. Threads of this process never switch: `setns` is per thread, and Node has several. */
export const inNetns = (path: string, argv: readonly string[]): readonly string[] => ['nsenter', `--net=${path}`, '--', ...argv];

/**
 * Records which namespaces are ours, as files on tmpfs: a name alone does not prove it, because others may use the same prefix. Files and namespaces
 * both disappear at a reboot.
 */
export class OwnNamespaces {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = `${directory}/namespaces`;
  }

  /** Marks a name as ours, before the namespace is created. */
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
  return (await namesIn(netnsDirectory)).filter((name) => name.startsWith(prefix)).toSorted();
};

/**
 * Identity of the namespace at a path (device and inode), or undefined when there is none. Two paths with the same identity are the same namespace; a
 * name whose namespace was replaced has another identity.
 */
export const netnsIdentity = async (path: string): Promise<string | undefined> => {
  // Without access to it there is nothing to work on, so any error counts as absence; the caller reports the pod or creates the namespace.
  const seen = await stat(path).catch(() => undefined);
  if (seen === undefined) return undefined;
  // A name whose mount was removed is an empty regular file on the same device as its directory.
  const directory = path.startsWith(`${netnsDirectory}/`) ? await stat(netnsDirectory) : undefined;
  return directory?.dev === seen.dev ? undefined : `${seen.dev}:${seen.ino}`;
};

/** Creates a named namespace, replacing a stale name. */
export const addNetns = async (run: Run, name: string, signal: AbortSignal): Promise<void> => {
  const stale = await access(netnsPath(name)).then(
    () => true,
    () => false,
  );
  if (stale) await run(['ip', 'netns', 'del', name], { signal });
  await mustRun(run, ['ip', 'netns', 'add', name], { signal });
};

/** Removes a named namespace if it exists; its interfaces disappear with it once no process is left inside. */
export const deleteNetns = async (run: Run, name: string, signal: AbortSignal): Promise<void> => {
  await run(['ip', 'netns', 'del', name], { signal });
};

/**
 * Kernel settings of a slice's namespace, below `/proc/sys`: forward packets, accept only packets that arrive on the interface through which their
 * source is reached (RFC 3704), and ignore IPv6 and redirects.
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

// `cat` fails for a file that a kernel without IPv6 lacks, but prints the others. Names are printed too, so that a missing value does not shift the
// others.
const readScript =
  'for name in "$@"; do if [ -e "/proc/sys/$name" ]; then read -r value < "/proc/sys/$name"; echo "$name=$value"; fi; done';
const writeScript = 'for pair in "$@"; do if [ -e "/proc/sys/${pair%%=*}" ]; then echo "${pair#*=}" > "/proc/sys/${pair%%=*}"; fi; done';

/** All settings of {@link sliceSettings}, as `name=wanted`: what a new namespace lacks. */
export const allSettings: readonly string[] = Object.entries(sliceSettings).map(([key, wanted]) => `${key}=${wanted}`);

/** The settings that exist in a namespace and differ from {@link sliceSettings}, as `name=wanted`. */
export const wrongSettings = async (run: Run, name: string, signal: AbortSignal): Promise<string[]> => {
  const output = await mustRun(run, inNetns(netnsPath(name), ['sh', '-c', readScript, 'sh', ...Object.keys(sliceSettings)]), { signal });
  const seen = new Map(output.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const));
  return Object.entries(sliceSettings)
    .filter(([key, wanted]) => seen.has(key) && seen.get(key) !== wanted)
    .map(([key, wanted]) => `${key}=${wanted}`);
};

/** Writes settings given as `name=value`, those that the kernel has. */
export const writeSettings = async (run: Run, name: string, pairs: readonly string[], signal: AbortSignal): Promise<void> => {
  await mustRun(run, inNetns(netnsPath(name), ['sh', '-c', writeScript, 'sh', ...pairs]), { signal });
};
