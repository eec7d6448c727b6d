import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execute } from '../execute.ts';
import { ensure } from '../until.ts';

/** A version of KubeSlice: its command line, what it makes images from, and its chart. */
export interface Version {
  readonly version: string;
  /** Folder of its package.json. */
  readonly folder: string;
}

/** The field of slices that only the newer version has. */
export const newField = 'addedLater';

/** The file in which it is added. */
const schema = 'src/api/slice/schema.ts';

/** A version above the given one. */
const nextMinor = (version: string): string =>
  version.replace(/^(\d+)\.(\d+)\..*$/, (_, major: string, minor: string) => `${major}.${Number(minor) + 1}.0`);

const git = async (project: string, ...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await execute('git', ['-C', project, ...args], { env: process.env });
  ensure(code === 0, `git ${args.join(' ')}: ${stderr}`);
  return stdout;
};

const edit = async (path: string, change: (text: string) => string): Promise<void> => {
  const before = await readFile(path, 'utf8');
  const after = change(before);
  ensure(after !== before, `${path} is not as it was when this test was written`);
  await writeFile(path, after);
};

/** This checkout. */
export const thisVersion = async (project: string): Promise<Version> => ({
  version: JSON.parse(await readFile(join(project, 'package.json'), 'utf8')).version,
  folder: project,
});

/** A copy of this checkout as the next version, in which slices have one more field. */
export const makeNewer = async (older: Version, folder: string): Promise<Version> => {
  await rm(folder, { recursive: true, force: true });
  const files = (await git(older.folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'))
    .split('\0')
    .filter((path) => path !== '');
  for (const path of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(older.folder, path), join(folder, path), { verbatimSymlinks: true });
  }
  await symlink(join(older.folder, 'node_modules'), join(folder, 'node_modules'));
  const version = nextMinor(older.version);
  await edit(join(folder, 'package.json'), (text) => text.replace(`"version": "${older.version}"`, `"version": "${version}"`));
  await edit(join(folder, schema), (text) =>
    text.replace(
      '    sliceSubnet: subnet,\n',
      `    sliceSubnet: subnet,\n    ${newField}: z.string().max(64).optional().describe('A field of the next version.'),\n`,
    ),
  );
  const { code, stderr } = await execute(process.execPath, ['tools/generate.ts'], { env: process.env, cwd: folder });
  ensure(code === 0, `the chart of the newer version: ${stderr}`);
  return { version, folder };
};
