import { expect, it } from 'vitest';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { digestOfNotices, headsOf } from './heads.ts';
import { readHeads } from './read-heads.ts';

const notice = (signature: string, kind: NoticeSpec['kind'] = 'Node'): NoticeSpec => ({
  cluster: 'east',
  kind,
  subject: 'n',
  statement: '{}',
  signature,
});

it('is the same for the same notices in any order, without reports, and for no others', () => {
  const [a, b, c] = [notice('a'), notice('b'), notice('c')];
  expect(digestOfNotices([a, b])).toBe(digestOfNotices([b, notice('r', 'Links'), a]));
  const digests = [[], [a], [a, b], [a, b, c], [a, a, b], [notice('ab')]].map(digestOfNotices);
  expect(new Set(digests).size).toBe(digests.length);
});

it('names the latest position', () => {
  expect(headsOf([]).position).toBe(0);
  const placed = [7, 9, 8].map((position) => ({ position, spec: notice(`${position}`) }));
  expect(headsOf(placed)).toEqual({ position: 9, digest: digestOfNotices(placed.map(({ spec }) => spec)) });
  expect(readHeads(JSON.parse(JSON.stringify(headsOf(placed))))).toEqual(headsOf(placed));
});

it.each([
  undefined,
  null,
  [],
  'x',
  {},
  { position: 1 },
  { position: -1, digest: '0'.repeat(64) },
  { position: 1, digest: 'x' },
  { position: 1.5, digest: '0'.repeat(64) },
])('is not read from %j', (answer) => expect(readHeads(answer)).toBeUndefined());
