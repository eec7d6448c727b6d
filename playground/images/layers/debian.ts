import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '../../../src/host/read-if-present.ts';
import { run } from '../command.ts';
import { contentKey } from '../content-key.ts';
import type { Architecture, Layer } from '../recipe.ts';
import { debianVersions, writePackageStatus } from './debian-versions.ts';
import { removeSame } from './remove-same.ts';

/** The Debian release of every image, independent of the machine that builds it. */
export const debianSuite = 'bookworm';

/** Part of every Debian layer's key: raise it when the build of these layers changes. */
const revision = '3';

/** Files that containers never read. Debian's essential packages are dependencies of maintainer scripts, which never run here. */
const ballast = [
  'dev',
  'etc/adduser.conf',
  'etc/apparmor.d',
  'etc/apt',
  'etc/cron.daily',
  'etc/debconf.conf',
  'etc/deluser.conf',
  'etc/dpkg',
  'etc/fstab',
  // mmdebstrap copies these from the build machine.
  'etc/hostname',
  'etc/init.d',
  'etc/logrotate.d',
  'etc/perl',
  ...['0', '1', '2', '3', '4', '5', '6', 'S'].map((level) => `etc/rc${level}.d`),
  'etc/resolv.conf',
  'etc/systemd',
  'etc/ufw',
  'lib/systemd',
  'usr/share/bash-completion',
  'usr/share/bug',
  'usr/share/debconf',
  'usr/share/doc',
  'usr/share/doc-base',
  'usr/share/info',
  'usr/share/lintian',
  'usr/share/locale',
  'usr/share/man',
  'usr/share/perl',
  'usr/share/perl5',
  'usr/share/pixmaps',
  'var/cache',
  'var/lib/apt',
  'var/lib/dpkg',
  'var/log',
];

const accounts = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** The Debian packages of a layer, and their origin. */
export interface DebianLayerOptions {
  readonly name: string;
  readonly architecture: Architecture;
  readonly packages: readonly string[];
  /** Another Debian layer below this one: only files that it lacks are kept. Its packages must be among ours. */
  readonly over?: Layer;
  /** A layer of the same packages that runs on this machine, if this one does not: it lists busybox's commands. */
  readonly native?: Layer;
  /** Symbolic links to add, by absolute path; Debian would create them when a package is configured (alternatives). */
  readonly links?: Readonly<Record<string, string>>;
  /** Archive to fetch from. @default Debian's own */
  readonly mirror?: string;
}

/**
 * A layer of Debian packages, unpacked by mmdebstrap and never configured: no maintainer script runs, and there is no package manager inside.
 *
 * A shell and the usual small commands come from busybox, which must be among the packages of the lowest layer. The key covers the names of packages,
 * not their versions: a cached layer stays until the cache is removed.
 */
export function debianLayer(options: DebianLayerOptions): Layer {
  const { name, architecture, packages, over, native, links = {}, mirror } = options;
  const key = contentKey({
    architecture,
    suite: debianSuite,
    revision,
    packages: packages.toSorted().join(' '),
    over: over?.key ?? '',
    ballast: ballast.join(' '),
    accounts: JSON.stringify(accounts),
    links: JSON.stringify(links),
  });
  const fill: Layer['fill'] = async (root, { signal, scratch, tarOf }) => {
    const choice = ['--mode=root', '--variant=extract', `--architectures=${architecture}`, `--include=${packages.join(',')}`];
    await run('mmdebstrap', ['--quiet', ...choice, debianSuite, root, ...(mirror === undefined ? [] : [mirror])], signal);
    const versions = await debianVersions(root);
    await Promise.all(ballast.map((path) => rm(join(root, path), { recursive: true, force: true })));
    await removePerl(root);
    // No program in our containers may change its user.
    await run('find', [root, '-type', 'f', '-perm', '/6000', '-exec', 'chmod', 'a-s', '{}', '+'], signal);
    for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path));
    await chmod(root, 0o755);
    await writePackageStatus(root, architecture, versions);
    if (over === undefined) {
      for (const [path, text] of Object.entries(accounts)) await writeFile(join(root, path), text);
      await mkdir(join(root, 'root'), { mode: 0o700, recursive: true });
      if (native !== undefined) await run('tar', ['--extract', `--file=${tarOf(native)}`, `--directory=${scratch}`], signal);
      await linkBusybox(root, native === undefined ? root : scratch, signal);
    } else {
      await run('tar', ['--extract', `--file=${tarOf(over)}`, `--directory=${scratch}`], signal);
      await removeSame(root, scratch);
    }
  };
  const needs = [over, native].filter((each) => each !== undefined);
  return { name, key, fill, ...(needs.length === 0 ? {} : { needs }) };
}

/**
 * Adds a link for each busybox command that no package provides, including the shell.
 *
 * The links are in /bin, the last folder of PATH, so that a real program in a higher layer wins, wherever it is.
 *
 * @param runnable root of a file system whose busybox runs on this machine.
 */
async function linkBusybox(root: string, runnable: string, signal: AbortSignal): Promise<void> {
  const places = ['bin', 'sbin', 'usr/bin', 'usr/sbin'];
  const taken = new Set((await Promise.all(places.map((place) => namesIn(join(root, place))))).flat());
  const commands = (await run('chroot', [runnable, '/bin/busybox', '--list'], signal)).split('\n').filter((each) => each !== '');
  await Promise.all(commands.filter((command) => !taken.has(command)).map((command) => symlink('busybox', join(root, 'bin', command))));
  // Scripts name this one by path.
  await mkdir(join(root, 'usr/bin'), { recursive: true });
  if (!taken.has('env')) await symlink('/bin/busybox', join(root, 'usr/bin/env'));
}

/** Removes perl and the scripts that need it: only debconf and other maintainer tools, which never run here. */
async function removePerl(root: string): Promise<void> {
  for (const place of ['bin', 'sbin', 'usr/bin', 'usr/sbin']) {
    const folder = join(root, place);
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      if (name.startsWith('perl') || (await startsWithPerl(path))) await rm(path);
    }
  }
  const libraries = join(root, 'usr/lib');
  for (const architecture of await readdir(libraries)) {
    const folder = join(libraries, architecture);
    if (!(await lstat(folder)).isDirectory()) continue;
    const perl = (await readdir(folder)).filter((name) => /^(perl|perl-base|libperl\.so.*)$/.test(name));
    await Promise.all(perl.map((name) => rm(join(folder, name), { recursive: true })));
  }
}

async function startsWithPerl(path: string): Promise<boolean> {
  if ((await lstat(path)).isSymbolicLink()) return (await readlink(path)).startsWith('perl');
  const head = (await readFile(path)).subarray(0, 64).toString('latin1');
  return /^#!\s*\S*perl/.test(head);
}
