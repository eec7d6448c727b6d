import { expect, it } from 'vitest';
import { checksInTurn, nextCheckMs, nextRound, pauseMs } from './board-checks.ts';

it.each([
  [false, 0, 5_000],
  [false, 0.999, 14_990],
  [true, 0, 500],
  [true, 0.999, 1_499],
])('checks again (something is known: %s, random: %d) after %d ms', (isAlarmed, random, expected) =>
  expect(nextCheckMs(isAlarmed, () => random)).toBeCloseTo(expected, 0),
);

it.each([
  [0, 0],
  [1, 30_000],
  [2, 60_000],
  [5, 480_000],
  [6, 600_000],
  [1_000, 600_000],
])('after %d answers without news a member is not read for %d ms', (failures, expected) => expect(pauseMs(failures)).toBe(expected));

it.each([
  [0, false, 1],
  [1, false, 1],
  [12, false, 1],
  [13, false, 2],
  [249, false, 21],
  [249, true, 3],
  [2_000, false, 167],
])('of %d other members a turn (something is known: %s) asks %d, so that a round takes two minutes', (members, isAlarmed, expected) =>
  expect(checksInTurn(members, isAlarmed)).toBe(expected),
);

it('asks everybody once in a round, in an order of its own', () => {
  let seed = 0;
  const random = (): number => {
    seed = (seed * 7 + 3) % 11;
    return seed / 11;
  };
  const members = ['a', 'b', 'c', 'd'];
  const round = nextRound([], members, random);
  expect(round.toSorted()).toEqual(members);
  expect(nextRound(round.slice(1), members, random)).toEqual(round.slice(1));
  expect(nextRound(['a', 'gone'], members, random)).toEqual(['a']);
  expect(nextRound(['gone'], members, random).toSorted()).toEqual(members);
  expect(nextRound([], [], random)).toEqual([]);
});
