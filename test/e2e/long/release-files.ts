import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, execute } from '../execute.ts';
import { ensure } from '../until.ts';

/** A folder with what a release brings, unpacked and installed as its user would, and a shell in it that finds nothing of a checkout. */
export interface TakenHome {
  readonly folder: string;
  /** Runs a script by `sh -e` in the folder, with these folders of it first on the PATH. @throws when it fails. */
  readonly sh: (script: string, options?: { readonly path?: readonly string[]; readonly timeoutMs?: number }) => Promise<string>;
}

/** Folder of the npm package's commands, of the single-file program, and of kubectl and helm, below {@link TakenHome.folder}. */
export const commandsOf = { npm: 'node_modules/.bin', single: 'single', tools: 'tools', node: 'node' } as const;

/** The folder of a release: that of RELEASE, else made in dist/release if it is not there. */
export const releaseFolder = (project: string): string => {
  const folder = process.env.RELEASE ?? join(project, 'dist', 'release');
  if (existsSync(join(folder, 'SHA256SUMS'))) return folder;
  const made = spawnSync(process.execPath, [join(project, 'tools', 'release.ts'), '--output', folder], { stdio: 'inherit' });
  ensure(made.status === 0, `the release could not be made (code ${made.status})`);
  return folder;
};

/** Installs npm package and single-file program of a release into an empty folder, from the files alone. */
export const takeHome = async (release: string, version: string, folder: string, project: string): Promise<TakenHome> => {
  for (const name of [commandsOf.single, commandsOf.tools, commandsOf.node]) await mkdir(join(folder, name));
  await symlink(process.execPath, join(folder, commandsOf.node, 'node'));
  // Go stands on it where the clusters' programs must be compiled.
  const system = (process.env.PATH ?? '').split(':').filter((each) => each !== project && !each.startsWith(`${project}/`));
  const { HOME, GOPROXY, GOFLAGS, XDG_STATE_HOME, XDG_CACHE_HOME, NO_PROXY } = process.env;
  const sh: TakenHome['sh'] = async (script, { path = [], timeoutMs = 300_000 } = {}) => {
    const PATH = [...path.map((name) => join(folder, name)), ...system].join(':');
    const env = { PATH, HOME, GOPROXY, GOFLAGS, XDG_STATE_HOME, XDG_CACHE_HOME, NO_PROXY, NO_COLOR: '1', RELEASE: release };
    const ended: Ended = await execute('sh', ['-ec', script], { env, cwd: folder, timeoutMs });
    ensure(ended.code === 0, `code ${ended.code} of:\n${script}\n${ended.stderr.slice(-2_000)}${ended.stdout.slice(-2_000)}`);
    return ended.stdout;
  };
  await sh(`npm install --offline --no-audit --no-fund "$RELEASE/kubeslice-${version}.tgz"`);
  await sh(`tar -xzf "$RELEASE/kubeslice-${version}-linux-$(dpkg --print-architecture).tar.gz" -C ${commandsOf.single}`);
  return { folder, sh };
};

/** What a bill of materials says (CycloneDX 1.6). */
export interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}

/** Reads the bill of materials of a release. */
export const readBill = async (release: string, version: string): Promise<Bill> =>
  JSON.parse(await readFile(join(release, `kubeslice-${version}.cdx.json`), 'utf8'));
