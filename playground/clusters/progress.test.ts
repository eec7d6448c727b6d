import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

test('progress says how long it has taken and what is left', () => {
  const lines: string[] = [];
  let time = 1000;
  const progress = createProgress(
    ['a', 'b', 'c', 'd', 'e'],
    (line) => lines.push(line),
    () => time,
  );
  time = 3500;
  progress.done('a');
  progress.done('b');
  progress.note('by the way');
  for (const step of ['c', 'd', 'e']) progress.done(step);
  expect(lines).toEqual([
    '   2.5 s  a  (left: b, c, d and 1 more)',
    '   2.5 s  b  (left: c, d, e)',
    '   2.5 s  by the way',
    '   2.5 s  c  (left: d, e)',
    '   2.5 s  d  (left: e)',
    '   2.5 s  e',
  ]);
});
