import type { Random } from '../../values/backoff.ts';

/** Between two turns at rest, and while the board of the hub is known to lack something, in milliseconds. */
const restMs = 10_000;
const alarmedMs = 1_000;
/** A round through all members takes no more turns than fit into this, in milliseconds. */
const roundMs = 120_000;

/** How soon a board that differs is compared again before anything is read, in milliseconds: a change may be on its way to either side. */
export const confirmAfterMs = 1_500;

/** In milliseconds: how long a member is not read after it offered nothing new although its notices differ from those of the board, doubled each time. */
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;

/** How many members a turn asks: one in small slices, and in large ones as many as keep a round within two minutes. */
export const checksInTurn = (members: number, isAlarmed: boolean): number =>
  Math.max(1, Math.ceil((members * (isAlarmed ? alarmedMs : restMs)) / roundMs));

/** How long to wait before the next turn, in milliseconds: half to one and a half times the interval, so that members do not ask in step. */
export const nextCheckMs = (isAlarmed: boolean, random: Random): number => (isAlarmed ? alarmedMs : restMs) * (0.5 + random());

/** How long not to read a member that offered nothing new for so many times in a row, in milliseconds. */
export const pauseMs = (failures: number): number => (failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)));

/**
 * The members in the order in which they are asked next: those of the round that were not asked yet, as far as they are still members, then all others in a
 * new order. So each one is asked once in a round, and a change that a hub hides is found after one round at the latest.
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
