import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, sourceFiles, withoutComments } from './source-tree.ts';

/*
 * Keeps docs/contribute/journeys.md true. A way through the code is one section of the page: its tables in order, of those whose titles begin with "To" only one.
 */
const folder = 'docs/contribute';
const page = readFileSync(join(root, folder, 'journeys.md'), 'utf8');

interface Row {
  readonly file: string;
  readonly name: string;
  /** Identifiers in the column of the value. */
  readonly words: readonly string[];
  /** Names of controllers that wake it. */
  readonly controllers: readonly string[];
}

interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const rowOf = (line: string): Row[] => {
  const [, value = '', where = '', wakes = ''] = line.split(' | ');
  const link = /^\[`(\w+)`\]\(([^)]+)\)$/.exec(where.trim());
  if (link === null) return [];
  const [, name = '', path = ''] = link;
  return [
    {
      file: normalize(join(folder, path)),
      name,
      words: codeIn(value).flatMap((code) => code.match(/[A-Za-z_]\w*/g) ?? []),
      controllers: codeIn(wakes.replaceAll(/\[[^\]]*\]\([^)]*\)/g, '')),
    },
  ];
};

const tablesIn = (text: string, heading: string): Table[] =>
  text
    .split(`\n${heading} `)
    .slice(1)
    .map((part) => ({ title: part.slice(0, part.indexOf('\n')), rows: part.split('\n').flatMap(rowOf) }));

/** Each section with its tables. */
const journeys = page
  .split('\n## ')
  .slice(1)
  .map((section) => ({ title: section.slice(0, section.indexOf('\n')), tables: tablesIn(section, '###') }));

const tables = journeys.flatMap((journey) => journey.tables);
const rows = tables.flatMap((table) => table.rows);
const namesOfControllers = new Set(
  sourceFiles('src/reconcile').flatMap(({ text }) => [...text.matchAll(/\bname: '([\w-]+)'/g)].map(([, name = '']) => name)),
);
const textOf = (file: string): string => withoutComments(readFileSync(join(root, file), 'utf8'));
const declares = (file: string, name: string): boolean =>
  new RegExp(`\\b(?:const|function|class) ${name}\\b|^ {2,}(?:static |async )*${name}[(<]|^ {2,}${name}: (?:async )?\\(`, 'm').test(
    textOf(file),
  );

/** The tables of each way: what a section has for all, and one of its branches. */
const ways = journeys.flatMap(({ title, tables: all }) => {
  const isBranch = (table: Table): boolean => table.title.startsWith('To ');
  const shared = all.filter((table) => !isBranch(table));
  const branches = all.filter(isBranch);
  return branches.length === 0
    ? [{ title, tables: shared }]
    : branches.map((branch) => ({ title: `${title}: ${branch.title}`, tables: [...shared, branch] }));
});

test('the page has three journeys', () => {
  expect(journeys.map(({ title }) => title)).toEqual(["A pod's address", 'A tunnel peer', 'An exported port']);
  expect(tables.filter(({ rows: { length } }) => length < 5)).toEqual([]);
  // A line of a table that is no row of this form would not be checked.
  expect(page.split('\n').filter((line) => /^\| (?!step |---)/.test(line))).toHaveLength(rows.length);
});

describe.each(rows)('$name of $file', ({ file, name, words, controllers }) => {
  test('exists', () => {
    expect(existsSync(join(root, file))).toBe(true);
    expect(declares(file, name)).toBe(true);
  });

  test('has the values under these names', () => {
    const text = textOf(file);
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(text))).toEqual([]);
  });

  test('is woken by controllers that exist', () => {
    expect(controllers.filter((controller) => !namesOfControllers.has(controller))).toEqual([]);
  });
});

test.each(tables)('$title never goes back to a file that it left', (table) => {
  const files = table.rows.map(({ file }) => file);
  expect(files.filter((file, at) => files.indexOf(file) !== at)).toEqual([]);
});

test.each(ways)('$title passes 35 files at most', (way) => {
  const files = new Set(way.tables.flatMap((table) => table.rows.map(({ file }) => file)));
  expect(files.size).toBeLessThanOrEqual(35);
});
