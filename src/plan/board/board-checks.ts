import type { Random } from '../../values/backoff.ts';

/** The interval of comparisons at rest, and while the board of the hub is known to lack something, in milliseconds. */
const restMs = 10_000;
const alarmedMs = 1_000;
/** Longest duration of a round through all members, in milliseconds. */
const roundMs = 120_000;

/** How soon a board that differs is compared again before anything is read, in milliseconds: a change may still be on its way to either side. */
export const confirmAfterMs = 1_500;

/** In milliseconds: how long a member is not read after it offered nothing new although its notices differ from the board's; doubled each time. */
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;

/** How many members one comparison includes: one in small slices, and in large ones as many as complete a round within two minutes. */
export const checksInTurn = (members: number, isAlarmed: boolean): number =>
  Math.max(1, Math.ceil((members * (isAlarmed ? alarmedMs : restMs)) / roundMs));

/** How long to wait before the next comparison, in milliseconds: half to one and a half times the interval, so that members do not run in step. */
export const nextCheckMs = (isAlarmed: boolean, random: Random): number => (isAlarmed ? alarmedMs : restMs) * (0.5 + random());

/** How long not to read a member that offered nothing new so many consecutive times, in milliseconds. */
export const pauseMs = (failures: number): number => (failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)));

/**
 * The members in the order of the next comparisons: the remaining members of the round, then all others in a new order. So each one is compared once
 * in a round, and a change that a hub hides is found after one round at the latest.
 */
export const nextRound = (left: readonly string[], members: readonly string[], random: Random): readonly string[] => {
  const known = new Set(members);
  const rest = left.filter((name) => known.has(name));
  if (rest.length > 0) return rest;
  return members
    .map((name) => ({ name, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => name);
};
