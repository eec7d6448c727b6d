import { expect, it } from 'vitest';
import { author, authorityOf } from '../../../test/exchange/author.ts';
import { receiver } from '../../../test/exchange/receiver.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { StatementRef } from '../ledger/ledger.ts';
import { boardLagMs, followWithheld, isWithholding, type WithheldStatements } from './withheld.ts';

const east = author(await authorityOf('east'));
const refOf = ({ kind, cluster, subject }: NoticeSpec): StatementRef => ({ kind, cluster, subject });
const claim = east.claim(['10.0.0.0/24']);
const [old, middle, latest] = [1, 2, 3].map((port) => east.export({ ports: [{ name: 'http', protocol: 'TCP', port, targetPort: 80 }] }));
if (old === undefined || middle === undefined || latest === undefined) throw new Error('no exports');

/** What is withheld at times 0, 1, …, each with what is accepted and what the board shows by then. */
const follow = (...looks: { readonly at: number; readonly accepted: NoticeSpec[]; readonly board?: NoticeSpec }[]): WithheldStatements => {
  const here = receiver({ east: ['10.0.0.0/24'] });
  here.show(claim);
  return looks.reduce<WithheldStatements>((before, { at, accepted, board }) => {
    for (const notice of accepted) here.show(notice);
    return followWithheld(before, [refOf(latest)], here.ledger(), () => board, at);
  }, new Map());
};
const sinceOf = (withheld: WithheldStatements) => [...withheld.values()].map(({ since }) => since);

it.each<[string, Parameters<typeof follow>, readonly number[]]>([
  ['what is on the board', [{ at: 0, accepted: [latest], board: latest }], []],
  ['what is newer on the board', [{ at: 0, accepted: [old], board: latest }], []],
  ['what was not accepted here', [{ at: 0, accepted: [] }], []],
])('does not withhold %s', (_, looks, expected) => expect(sinceOf(follow(...looks))).toEqual(expected));

it.each<[string, Parameters<typeof follow>, readonly number[]]>([
  ['what the board lacks', [{ at: 5, accepted: [latest] }], [5]],
  ['what the board shows as it was before', [{ at: 5, accepted: [latest], board: old }], [5]],
  ['what the board shows in a form that nobody can read', [{ at: 5, accepted: [latest], board: { ...latest, statement: '{}' } }], [5]],
  [
    'since the first look, although the author changes it again',
    [
      { at: 5, accepted: [middle], board: old },
      { at: 9, accepted: [latest], board: old },
    ],
    [5],
  ],
  [
    'no longer what it shows meanwhile, but what came after that',
    [
      { at: 5, accepted: [middle], board: old },
      { at: 9, accepted: [latest], board: middle },
    ],
    [9],
  ],
])('withholds %s', (_, looks, expected) => expect(sinceOf(follow(...looks))).toEqual(expected));

it('is no longer withheld when the board shows it', () => {
  expect(follow({ at: 5, accepted: [latest], board: old }, { at: 9, accepted: [], board: latest }).size).toBe(0);
});

it('is held against the hub only when the board had time to show it', () => {
  const withheld = follow({ at: 5, accepted: [latest], board: old });
  expect(isWithholding(withheld, 5 + boardLagMs - 1)).toBe(false);
  expect(isWithholding(withheld, 5 + boardLagMs)).toBe(true);
  expect(isWithholding(new Map(), 5 + boardLagMs)).toBe(false);
});
