import { availableParallelism } from 'node:os';
import { type Mark, outside } from './take.ts';

/** The limit within which status must say it, in seconds. */
const statusLimit = 10;

/** The cells of one row: break, status, cause, well again, remedy. */
export const cells = (mark: Mark): readonly string[] => [
  mark.name,
  mark.healedAt !== undefined ? `healed by itself in ${mark.healedAt} s` : mark.statusAt === undefined ? 'not said' : `${mark.statusAt} s`,
  mark.healedAt !== undefined ? 'not asked' : mark.named ? 'yes' : 'no',
  mark.wellAt === undefined ? 'not well again' : `${mark.wellAt} s`,
  mark.note === '' ? remedyOf(mark) : mark.note,
];

const remedyOf = ({ remedy, healedAt }: Mark): string => {
  if (healedAt !== undefined) return 'itself';
  return remedy === outside ? 'what the advice says, outside of the clusters' : `\`${remedy}\``;
};

/** All marks as a table of Markdown. */
export const table = (marks: readonly Mark[]): string => {
  const head = ['break', '`status` says it after', 'cause named', 'well again after', 'mended by'];
  const lines = [head, head.map(() => '---'), ...marks.map(cells)];
  return lines.map((line) => `| ${line.map((each) => each.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`).join('\n');
};

/** How many marks are as they must be. */
export interface Result {
  readonly taken: number;
  readonly inTime: number;
  readonly healed: number;
  readonly named: number;
  readonly well: number;
}

/** Counts the marks. */
export const resultOf = (marks: readonly Mark[]): Result => ({
  taken: marks.length,
  inTime: marks.filter(({ statusAt, healedAt }) => (statusAt ?? healedAt ?? Number.POSITIVE_INFINITY) <= statusLimit).length,
  healed: marks.filter(({ healedAt }) => healedAt !== undefined).length,
  named: marks.filter(({ named, healedAt }) => named && healedAt === undefined).length,
  well: marks.filter(({ wellAt }) => wellAt !== undefined).length,
});

/** Whether nothing is to be mended: said or healed in time, named, and well again, each of them. */
export const isPassed = ({ taken, inTime, healed, named, well }: Result): boolean =>
  inTime === taken && named + healed === taken && well === taken;

/** The result in a sentence. */
export const summary = ({ taken, inTime, healed, named, well }: Result): string =>
  `${taken} breaks: ${inTime} said by status or healed within ${statusLimit} s, ${healed} healed by the product itself, the cause of ${named} of the other ${taken - healed} named, ${well} well again.`;

const [from, to] = ['<!-- written by npm run exam -- --record -->', '<!-- end of the exam -->'];

/**
 * The page with the table of this run in place of the last one's.
 *
 * @throws Error when the page has no place for it.
 */
export const record = (page: string, marks: readonly Mark[], minutes: number): string => {
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start === -1 || end < start) throw new Error(`The page has no place for the table: a line "${from}" and a line "${to}" below it.`);
  const conditions = `One run of ${minutes} minutes on a machine with ${availableParallelism()} cores. ${summary(resultOf(marks))}`;
  return `${page.slice(0, start + from.length)}\n\n${table(marks)}\n\n${conditions}\n\n${page.slice(end)}`;
};
