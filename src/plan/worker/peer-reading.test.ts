import { expect, test } from 'vitest';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { nextQuestion, waitOf } from './peer-reading.ts';

test.each([
  [1, 5_000],
  [16, 5_000],
  [32, 500],
  [250, 64],
])('with %i clusters each is waited for %i ms', (clusters, ms) => {
  expect(waitOf(clusters)).toBe(ms);
});

const notices = [{ statement: '{}' } as NoticeSpec];
const large = Array.from({ length: 4 }, () => ({ statement: 'x'.repeat(262_144) }) as NoticeSpec);

test.each([
  ['a change', { next: 2, more: false, notices }, 5_000, 700, 0],
  ['a change at once', { next: 2, more: false, notices }, 5_000, 10, 40],
  ['a megabyte', { next: 2, more: true, notices: large }, 5_000, 10, 540],
  ['a part', { next: 2, more: true, notices }, 5_000, 10, 40],
  ['nothing new in time', { next: 2, more: false, notices: [] }, 5_000, 5_001, 0],
  ['nothing new at once', { next: 2, more: false, notices: [] }, 5_000, 3, 'useless'],
  ['nothing new where no wait was asked', { next: 2, more: false, notices: [] }, 64, 3, 47],
  ['nothing, and more', { next: 2, more: true, notices: [] }, 64, 64, 'useless'],
] as const)('%s', (_, page, waitMs, tookMs, next) => {
  const found = nextQuestion(page, waitMs, tookMs);
  expect(typeof found === 'number' ? Math.round(found) : found).toBe(next);
});
