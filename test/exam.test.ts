import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPassed, record, resultOf } from './exam/table.ts';
import type { Mark } from './exam/take.ts';
import { root } from './source-tree.ts';

const mark = (more: Partial<Mark> = {}): Mark => ({
  name: 'firewall',
  statusAt: 3.7,
  healedAt: undefined,
  named: true,
  remedy: 'nft delete rule',
  wellAt: 6.6,
  note: '',
  ...more,
});
const healed = mark({ name: 'route removed', statusAt: undefined, healedAt: 0.6, remedy: 'none needed' });

test.each([
  ['all is said, named and mended', [mark(), healed], true],
  ['status is late', [mark({ statusAt: 10.1 })], false],
  ['status says nothing', [mark({ statusAt: undefined })], false],
  ['the cause is not named', [mark({ named: false })], false],
  ['the remedy does not mend it', [mark({ wellAt: undefined })], false],
  ['it healed too late', [mark({ statusAt: undefined, healedAt: 12 })], false],
])('%s', (_, marks, passed) => {
  expect(isPassed(resultOf(marks))).toBe(passed);
});

test('a run takes the place of the last one in the page, and of nothing else', () => {
  const page = readFileSync(join(root, 'docs/diagnosis.md'), 'utf8');
  const written = record(page, [mark(), healed], 9);
  expect(written).toContain(
    '| firewall | 3.7 s | yes | 6.6 s | `nft delete rule` |\n| route removed | healed by itself in 0.6 s | not asked | 6.6 s | itself |\n',
  );
  expect(record(written, [mark(), healed], 9)).toBe(written);
  expect(written.startsWith(page.slice(0, page.indexOf('<!-- written by')))).toBe(true);
  expect(written.endsWith(page.slice(page.indexOf('<!-- end of the exam')))).toBe(true);
  expect(() => record('# A page', [mark()], 9)).toThrow(/no place/);
});
