import { access, copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { namesIn, readProcess } from '../../host/read-if-present.ts';
import type { Run } from '../../host/run.ts';
import { Failure } from '../../values/failure.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { charonPlugins } from './charon-conf.ts';

/** Where Debian's package puts charon. */
export const charonProgram = '/usr/sbin/charon-systemd';

/** Where strongSwan searches for plugins, as Debian builds it. */
const pluginFolder = '/usr/lib/ipsec/plugins';

/** The plugins of {@link charonPlugins}, as files. */
export const pluginFiles: readonly string[] = charonPlugins.map((name) => `${pluginFolder}/libstrongswan-${name}.so`);

/** Where OpenSSL searches for modules that it loads by name; the default one is inside of it. */
const opensslConf = '/usr/lib/ssl/openssl.cnf';

/**
 * The libraries that the dynamic linker loads for a program or library, and the linker itself, from its own list (ld.so(8), LD_TRACE_LOADED_OBJECTS):
 * `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, or a path alone. The kernel's vDSO is no file.
 */
export const parseLoadedObjects = (text: string): string[] =>
  text.split('\n').flatMap((line) => /^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);

/** All files that charon needs, at their paths in this container. `CapabilityMissing` when strongSwan is not here. */
const filesOfCharon = async (run: Run, signal: AbortSignal): Promise<string[]> => {
  const own = [charonProgram, ...pluginFiles];
  for (const file of own)
    await access(file).catch((cause: unknown) => {
      throw new Failure('CapabilityMissing', `${file} of strongSwan is missing; use an image that contains strongSwan.`, { cause });
    });
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_TRACE_LOADED_OBJECTS: '1' };
  const program = parseLoadedObjects((await run([charonProgram], { signal, env })).stdout);
  const linker = program.find((path) => /\/ld-linux[^/]*$/.test(path));
  if (linker === undefined)
    throw new Failure('CapabilityMissing', `${charonProgram} has no dynamic linker of glibc; use the strongSwan of Debian.`);
  const found = new Set([...own, ...program]);
  for (const file of pluginFiles) {
    // The plugins are loaded into charon, which has strongSwan's own libraries already.
    const { stdout } = await run([linker, '--library-path', '/usr/lib/ipsec', '--list', file], { signal });
    for (const path of parseLoadedObjects(stdout)) found.add(path);
  }
  await access(opensslConf).then(
    () => found.add(opensslConf),
    () => undefined,
  );
  return [...found].toSorted();
};

/**
 * Copies charon, its plugins and all libraries into `<directory>/charon-<digest>`, at the paths that they have here, and resolves with that folder. What is
 * there already is not written again; another version of any file is another folder, so a running charon keeps its own. Folders of earlier versions in which
 * nothing runs are removed.
 */
export const makeCharonRoot = async (directory: string, run: Run, signal: AbortSignal): Promise<string> => {
  const files = await filesOfCharon(run, signal);
  const sizes = await Promise.all(files.map(async (file) => `${file} ${sha256Hex(await readFile(file))}`));
  const root = `${directory}/${prefix}${sha256Hex(sizes.join('\n'), 16)}`;
  if (await isThere(root)) return root;
  const unfinished = `${root}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  for (const file of files) {
    await mkdir(dirname(`${unfinished}${file}`), { recursive: true, mode: 0o755 });
    await copyFile(file, `${unfinished}${file}`);
  }
  await rename(unfinished, root);
  await removeUnused(directory, root);
  return root;
};

/** How the folders begin that {@link makeCharonRoot} makes. */
const prefix = 'charon-';

/** Removes what earlier versions made, unless a process runs in it: its command line names it. */
const removeUnused = async (directory: string, own: string): Promise<void> => {
  const others = (await namesIn(directory)).filter((name) => name.startsWith(prefix)).map((name) => `${directory}/${name}`);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readProcess(`/proc/${pid}/cmdline`)));
  const used = new Set([own, ...lines.flatMap((line) => line?.split('\0') ?? [])]);
  for (const path of others) if (!used.has(path)) await rm(path, { recursive: true, force: true });
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (seen) => seen.isDirectory(),
    () => false,
  );
