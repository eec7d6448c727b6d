import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileDigest } from '../../playground/images/file-digest.ts';
import { architectureOf } from '../../playground/images/recipe.ts';
import { chartPackage } from '../../tools/release/chart-package.ts';
import { npmPackage } from '../../tools/release/npm-package.ts';
import { bundleSingleFile, singleFileProgram } from '../../tools/release/single-file.ts';

const project = dirname(dirname(import.meta.dirname));
const { version }: { version: string } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
const node = join(project, 'node_modules', `node-linux-${process.arch}`);
const reason = existsSync(node) ? undefined : `npm has no Node for ${process.platform} ${process.arch}`;
if (reason !== undefined) console.log(`skipped: installing the packed npm package: ${reason}`);

describe.skipIf(reason !== undefined)('what people take home', () => {
  const { signal } = new AbortController();
  let folder: string;
  let installed: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-take-home-'));
    for (const name of ['first', 'second']) {
      await mkdir(join(folder, name));
      await npmPackage(project, join(folder, name), signal);
      await chartPackage(project, version, join(folder, name), signal);
    }
    // Offline: what the package lacks it could not get.
    const home = join(folder, 'home');
    await mkdir(home);
    const npm = ['install', '--offline', '--no-audit', '--no-fund', `--prefix=${home}`, join(folder, 'first', `kubeslice-${version}.tgz`)];
    execFileSync('npm', npm, { stdio: 'pipe' });
    installed = join(home, 'node_modules/kubeslice');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const kubeslice = (...args: string[]): string =>
    execFileSync(process.execPath, [join(installed, 'bin/kubeslice.mjs'), ...args], { cwd: '/', encoding: 'utf8' });

  test.each([`kubeslice-${version}.tgz`, `kubeslice-chart-${version}.tgz`])('%s is the same when it is made again', async (file) => {
    const [first, second] = await Promise.all(['first', 'second'].map((each) => readFile(join(folder, each, file))));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  test('the npm package runs with nothing of the sources', () => {
    expect(existsSync(join(installed, 'src'))).toBe(false);
    expect(kubeslice('version')).toBe(`kubeslice ${version}\n`);
    expect(kubeslice('join', '--help')).toContain('Usage: kubeslice join');
  });

  test('the npm package has what a playground is made from', () => {
    expect(kubeslice('playground', '--help')).toContain('demo');
    for (const path of [
      'toolchain/kubernetes/go.sum',
      'toolchain/relay/main.go',
      'images/demo/answer.js',
      'examples/app-slice/slice.yaml',
      'charts/kubeslice/Chart.yaml',
    ]) {
      expect(existsSync(join(installed, path)), path).toBe(true);
    }
  });

  test('the chart is one folder, named as the chart, that helm can read', () => {
    const list = execFileSync('tar', ['-tzf', join(folder, 'first', `kubeslice-chart-${version}.tgz`)], { encoding: 'utf8' }).split('\n');
    expect(list).toContain('kubeslice/Chart.yaml');
    expect(list.filter((path) => path !== '' && !path.startsWith('kubeslice/'))).toEqual([]);
  });

  test('the single-file program is one script without a folder of its own', async () => {
    const { text, packages } = await bundleSingleFile(project, signal);
    expect(packages).toContain('commander');
    // A path of this machine would make it another file elsewhere.
    expect(text).not.toContain(project);
  });

  // Two programs of 100 MB each are made: a busy machine takes its time.
  const makesTwoWithinMs = 300_000;
  test(
    'the single-file program runs without Node, also as a plugin of kubectl, and is the same when it is made again',
    async () => {
      const { text: bundle } = await bundleSingleFile(project, signal);
      const architecture = architectureOf(process.arch) ?? 'amd64';
      for (const name of ['first', 'second']) {
        await singleFileProgram({ project, architecture, node: join(node, 'bin/node'), bundle }, join(folder, name), signal);
      }
      await symlink('kubeslice', join(folder, 'first/kubectl-slice'));
      for (const name of ['kubeslice', 'kubectl-slice']) {
        expect(execFileSync(join(folder, 'first', name), ['version'], { env: {}, encoding: 'utf8' })).toBe(`kubeslice ${version}\n`);
      }
      expect(await fileDigest(join(folder, 'second/kubeslice'), signal)).toBe(await fileDigest(join(folder, 'first/kubeslice'), signal));
    },
    makesTwoWithinMs,
  );
});
