import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure } from '../src/values/failure.ts';
import { allPages, pagesToRun } from './guides/catalogue.ts';
import type { ClusterState, StateLeft } from './guides/page.ts';
import { runPage } from './guides/run-page.ts';

/*
 * Executes the command blocks of the guides on a playground of its own, page by page, and says which were not run and why. --only chooses pages by
 * parts of their paths with commas, --keep leaves the playground, --name names it.
 */
const project = dirname(import.meta.dirname);
const { values } = parseArgs({
  options: { only: { type: 'string' }, name: { type: 'string', default: 'guides' }, keep: { type: 'boolean', default: false } },
});
const { name, only } = values;
const say = (line: string): void => console.log(line);
const patience = { commandMs: 600_000, lookMs: 60_000 };
const kubeslice = (args: readonly string[], stdio: 'inherit' | 'pipe' = 'inherit') =>
  spawnSync(process.execPath, [join(project, 'bin/kubeslice.mjs'), 'playground', ...args, '--name', name], { stdio, encoding: 'utf8' });
const must = (args: readonly string[]): void => {
  if (kubeslice(args).status !== 0) throw new Failure('CommandFailed', `kubeslice playground ${args[0]} failed; its messages are above.`);
};

/** A PATH on which `kubeslice` is this one, and the name of the playground. */
const env = { ...process.env, KUBESLICE_PLAYGROUND: name, NO_COLOR: '1' };
let state: StateLeft | undefined;

/** Brings the playground into the state in which a page begins. */
const bring = (wanted: ClusterState): void => {
  if (state === wanted) return;
  if (state === 'other' || (wanted === 'bare' && state === 'joined')) must(['down']);
  must(wanted === 'bare' ? ['up', '--bare'] : ['up']);
  state = wanted;
};

/** The files of a release, for pages that install from them; made now if they are not there. */
const release = process.env.RELEASE ?? join(project, 'dist', 'release');
const wanted = pagesToRun(project).filter(({ path }) => only === undefined || only.split(',').some((part) => path.includes(part)));
if (
  wanted.some(({ blocks }) => blocks.some(({ commands }) => commands.some(({ text }) => text.includes('${RELEASE')))) &&
  !existsSync(join(release, 'SHA256SUMS'))
) {
  if (spawnSync(process.execPath, [join(project, 'tools', 'release.ts'), '--output', release], { stdio: 'inherit' }).status !== 0)
    process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), 'kubeslice-guides-'));
const failed: string[] = [];
let run = 0;
const started = performance.now();
try {
  for (const page of wanted) {
    if (page.needs === undefined) continue;
    bring(page.needs);
    const entered = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
    const exports = kubeslice(['env'], 'pipe').stdout;
    const extra = Object.fromEntries(
      [...exports.matchAll(/^export (\w+)=['"]?(.*?)['"]?$/gm)].map(([, key = '', value = '']) => [key, value]),
    );
    const { PATH: withTools = '$PATH', ...others } = extra;
    try {
      const outcome = await runPage(page, {
        folder,
        env: { ...env, ...others, PATH: withTools.replace('$PATH', entered), RELEASE: release },
        patience,
        report: (line) => say(`  ${line}`),
      });
      run += outcome.run;
      say(`ok   ${page.path}: ${outcome.run} blocks run, ${outcome.notRun.length} not (${outcome.seconds.toFixed(1)} s)`);
      state = page.leaves;
    } catch (error) {
      if (!Failure.is(error)) throw error;
      failed.push(page.path);
      say(`FAIL ${error.message}`);
      // What the page left is unknown.
      must(['down']);
      state = undefined;
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
  if (!values.keep) kubeslice(['down']);
}
const notRun = allPages(project).flatMap(({ path, blocks, notRun: whole }) =>
  blocks.flatMap((block) => {
    const reason = block.notRun ?? whole;
    return reason === undefined ? [] : [`${path}:${block.line}: ${reason}`];
  }),
);
for (const line of notRun) say(`not run: ${line}`);
say(`${run} blocks run in ${Math.round((performance.now() - started) / 1000)} s, ${notRun.length} not run, ${failed.length} pages failed`);
for (const path of failed) say(`failed: ${path}`);
process.exitCode = failed.length === 0 ? 0 : 1;
