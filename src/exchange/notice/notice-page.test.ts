import { describe, expect, it, test } from 'vitest';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { type PositionedNotice, pageAfter, positionOf } from './notice-page.ts';
import { readPage } from './read-page.ts';

const notice = (subject: string, rest: Partial<NoticeSpec> = {}): NoticeSpec => ({
  cluster: 'east',
  kind: 'Node',
  subject,
  statement: '{}',
  signature: 'c2ln',
  ...rest,
});
const placed: PositionedNotice[] = [
  { position: 30, spec: notice('c') },
  { position: 10, spec: notice('a') },
  { position: 20, spec: notice('b') },
];
const size = JSON.stringify(notice('a')).length;

describe('a page', () => {
  test.each([
    ['all, in the order of their positions', 0, undefined, ['a', 'b', 'c'], 30, false],
    ['what is newer', 10, undefined, ['b', 'c'], 30, false],
    ['nothing newer', 30, undefined, [], 30, false],
    ['what fits', 0, 2 * size, ['a', 'b'], 20, true],
    ['what fits after that', 20, 2 * size, ['c'], 30, false],
    ['one that is too large', 0, 1, ['a'], 10, true],
    ['everything anew after a position that is none of these', 31, undefined, ['a', 'b', 'c'], 30, false],
  ] as const)('holds %s', (_, after, bytes, subjects, next, more) => {
    const page = pageAfter(placed, after, bytes);
    expect([page.notices.map(({ subject }) => subject), page.next, page.more]).toEqual([subjects, next, more]);
  });

  it('is empty where there are no notices, whatever was asked', () => {
    expect(pageAfter([], 7)).toEqual({ next: 0, more: false, notices: [] });
  });
});

test.each([
  ['12', 12],
  ['9007199254740993', undefined],
  ['', undefined],
  ['abc', undefined],
  ['-1', undefined],
  [undefined, undefined],
])('resource version %s is position %s', (version, position) => {
  expect(positionOf(version)).toBe(position);
});

describe('an answer', () => {
  it('is a page without what is not a notice of the cluster', () => {
    const shown = [notice('a'), notice('b', { cluster: 'west' }), notice('c', { kind: 'Links' }), 7, { cluster: 'east' }];
    expect(readPage('east', { next: 3, more: false, notices: shown, else: 1 })?.notices).toEqual([notice('a')]);
  });

  test.each([undefined, 7, [], { next: -1, more: false, notices: [] }, { next: 1, more: false }, { next: 1e300, more: true, notices: [] }])(
    '%j is none',
    (answer) => {
      expect(readPage('east', answer)).toBeUndefined();
    },
  );
});
