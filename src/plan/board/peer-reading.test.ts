import { expect, test } from 'vitest';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { freshPace, nextQuestion, waitOf } from './peer-reading.ts';

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
  ['a change at once', { next: 2, more: false, notices }, 5_000, 10, 0],
  ['a megabyte', { next: 2, more: true, notices: large }, 5_000, 10, 50],
  ['a part', { next: 2, more: true, notices }, 5_000, 10, 0],
  ['nothing new in time', { next: 2, more: false, notices: [] }, 5_000, 5_001, 0],
  ['nothing new at once', { next: 2, more: false, notices: [] }, 5_000, 3, 'useless'],
  ['nothing new where no wait was asked', { next: 2, more: false, notices: [] }, 64, 3, 0],
  ['nothing, and more', { next: 2, more: true, notices: [] }, 64, 64, 'useless'],
] as const)('%s', (_, page, waitMs, tookMs, pauseMs) => {
  const found = nextQuestion(page, waitMs, tookMs, freshPace(0), 0);
  expect(typeof found === 'object' ? Math.round(found.pauseMs) : found).toBe(pauseMs);
});

test('changes that come in a group are read without a pause, a stream of them twenty times a second', () => {
  let pace = freshPace(0);
  let now = 0;
  const pauses: number[] = [];
  for (let question = 0; question < 40; question += 1) {
    now += 5;
    const found = nextQuestion({ next: question, more: false, notices }, 5_000, 5, pace, now);
    if (found === 'useless') throw new Error('useless');
    pauses.push(found.pauseMs);
    pace = found.pace;
    now += found.pauseMs;
  }
  expect(pauses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
  const later = pauses.slice(20);
  expect(later.every((ms) => ms > 44 && ms < 46)).toBe(true);
  // Whoever was quiet may hurry again.
  expect(nextQuestion({ next: 1, more: false, notices }, 5_000, 600, pace, now + 600)).toMatchObject({ pauseMs: 0 });
});
