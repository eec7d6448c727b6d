import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { breaks } from './breaks.ts';
import { examWorld } from './exam-world.ts';
import { cells, isPassed, record, resultOf, summary, table } from './table.ts';
import { type Mark, take } from './take.ts';

/*
 * The exam: 24 breaks on a playground, each with what the product must say about it and what must mend it. `npm run exam` takes all of them on a
 * playground of its own; `npm run exam -- --name pg firewall "node off"` takes some on one that runs and has the example. --record writes the table of
 * a run of all into docs/diagnosis.md.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string' }, keep: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
});
const project = dirname(dirname(import.meta.dirname));
const own = values.name === undefined;
const name = values.name ?? 'exam';
const chosen = positionals.length === 0 ? breaks : breaks.filter((each) => positionals.includes(each.name));
if (values.record && chosen.length < breaks.length) throw new Error('Only a run of all breaks is recorded: leave the names out.');

const start = async (): Promise<void> => {
  const { execute } = await import('../e2e/execute.ts');
  const up = await execute(process.execPath, [`${project}/bin/kubeslice.mjs`, 'playground', 'demo', '--name', name, '--nodes', '1'], {
    env: process.env,
    timeoutMs: 1_400_000,
    show: true,
  });
  if (up.code !== 0) throw new Error(`The playground did not come up (code ${up.code}).`);
};

if (own) await start();
const world = await examWorld(name, project);
const marks: Mark[] = [];
const started = performance.now();
for (const each of chosen) {
  const mark = await take(world, each);
  marks.push(mark);
  process.stderr.write(`${cells(mark).join('  ')}\n`);
}
const result = resultOf(marks);
process.stdout.write(`${table(marks)}\n\n${summary(result)}\n`);
if (values.record) {
  const page = join(project, 'docs', 'diagnosis.md');
  await writeFile(page, record(await readFile(page, 'utf8'), marks, Math.round((performance.now() - started) / 60_000)));
}
if (own && !values.keep) await world.kubeslice(['playground', 'down', '--name', name], { timeoutMs: 120_000 });
process.exitCode = isPassed(result) ? 0 : 1;
