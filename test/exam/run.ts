import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { breaks } from './breaks.ts';
import { examWorld } from './exam-world.ts';
import { type Mark, take } from './take.ts';

/*
 * The exam: 24 breaks on a playground, each with what the product must say about it and what must mend it. `npm run exam` takes all of them on a
 * playground of its own; `npm run exam -- --name pg firewall "node off"` takes some on one that runs and has the example.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string' }, keep: { type: 'boolean', default: false } },
});
const project = dirname(dirname(import.meta.dirname));
const own = values.name === undefined;
const name = values.name ?? 'exam';
const chosen = positionals.length === 0 ? breaks : breaks.filter((each) => positionals.includes(each.name));

const cell = (mark: Mark): readonly string[] => [
  mark.name,
  mark.healedAt !== undefined ? `healed by itself in ${mark.healedAt} s` : mark.statusAt === undefined ? 'not said' : `${mark.statusAt} s`,
  mark.healedAt !== undefined ? 'not asked' : mark.named ? 'yes' : 'no',
  mark.wellAt === undefined ? 'not well again' : `${mark.wellAt} s`,
  mark.note === '' ? mark.remedy : mark.note,
];

const table = (marks: readonly Mark[]): string => {
  const head = ['break', 'status', 'cause named', 'well again after', 'remedy'];
  const lines = [head, head.map(() => '---'), ...marks.map(cell)];
  return lines.map((line) => `| ${line.map((each) => each.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`).join('\n');
};

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
for (const each of chosen) {
  const mark = await take(world, each);
  marks.push(mark);
  process.stderr.write(`${cell(mark).join('  ')}\n`);
}
process.stdout.write(`${table(marks)}\n\n`);
const inTime = marks.filter(({ statusAt, healedAt }) => healedAt !== undefined || (statusAt !== undefined && statusAt <= 10)).length;
process.stdout.write(
  `status in time: ${inTime} of ${marks.length}; healed by itself: ${marks.filter(({ healedAt }) => healedAt !== undefined).length}; cause named: ${marks.filter(({ named, healedAt }) => named && healedAt === undefined).length}; well again: ${marks.filter(({ wellAt }) => wellAt !== undefined).length}\n`,
);
if (own && !values.keep) await world.kubeslice(['playground', 'down', '--name', name], { timeoutMs: 120_000 });
process.exitCode = marks.every(({ named, wellAt }) => named && wellAt !== undefined) ? 0 : 1;
