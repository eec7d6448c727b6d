import { describe, expect, it } from 'vitest';
import { boardLagMs, type Withheld } from '../../exchange/judgement/withheld.ts';
import { type BoardDifference, judgeDifference, mayRead } from './board-difference.ts';

const now = 1_000_000;
const lag = boardLagMs;
const withheldSince = (...times: readonly number[]): ReadonlyMap<string, Withheld> =>
  new Map(times.map((since, at) => [`Node/east/n${at}`, { ref: { kind: 'Node', cluster: 'east', subject: `n${at}` }, serial: 1, since }]));

describe('a difference between a cluster and the board', () => {
  const base: BoardDifference = { withheld: new Map(), readAt: now - lag, isSuspected: false, pause: undefined };
  const paused = { times: 2, until: now - 1 };

  it.each([
    ['that the board still lacks for a moment', { withheld: withheldSince(now - lag + 1) }, { is: 'open' }],
    ['that it lacks for as long as it may lag', { withheld: withheldSince(now - lag) }, { is: 'withheld', since: now - lag }],
    ['of which a part is old', { withheld: withheldSince(now, now - lag - 5) }, { is: 'withheld', since: now - lag - 5 }],
    ['of a cluster that is suspected', { withheld: withheldSince(now - lag), isSuspected: true }, { is: 'withheld', since: now - lag }],
    ['of which nothing is lacking yet', { readAt: now - lag + 1 }, { is: 'open' }],
    ['of which nothing is lacking any more', { isSuspected: true }, { is: 'over' }],
    ['of which only something new is lacking', { isSuspected: true, withheld: withheldSince(now) }, { is: 'open' }],
    ['that was none', {}, { is: 'fruitless', pause: { times: 1, until: now + 30_000 } }],
    ['that was none three times in a row', { pause: paused }, { is: 'fruitless', pause: { times: 3, until: now + 120_000 } }],
  ] as const)('%s', (_which, change: Partial<BoardDifference>, expected) => {
    expect(judgeDifference({ ...base, ...change }, now)).toEqual(expected);
  });
});

it.each([
  ['nothing was fruitless', undefined, true],
  ['the pause lasts', { times: 1, until: now + 1 }, false],
  ['the pause is over', { times: 9, until: now }, true],
])('a cluster that differs is read: %s: %s', (_when, pause, expected) => expect(mayRead(pause, now)).toBe(expected));
