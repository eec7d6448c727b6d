import { createTurns, type Turns } from '../../../loop/turns.ts';
import type { Rate } from '../../../values/cell-rate.ts';

/** Turns of the authors of notices: each author has a rate of its own, so that the changes of one do not delay those of the others. */
export interface AuthorTurns {
  of(author: string): Turns;
  /** The authors with a waiting notice since a time (by the monotonic clock), in order. */
  heldSince(time: number): readonly string[];
}

/** Maximum number of authors with a rate of their own: as many as a slice can have members. */
const mostAuthors = 1_024;

/** Turns before the first notice, at one rate for each author. */
export const createAuthorTurns = (rate: Rate): AuthorTurns => {
  const turns = new Map<string, Turns>();
  return {
    of: (author) => {
      // Names beyond the number of clusters that a slice can have are forged, and share one rate.
      const who = turns.has(author) || turns.size < mostAuthors ? author : '';
      const own = turns.get(who) ?? createTurns(rate);
      turns.set(who, own);
      return own;
    },
    heldSince: (time) =>
      [...turns].flatMap(([author, own]) => ((own.heldAt() ?? Number.NEGATIVE_INFINITY) >= time ? [author] : [])).toSorted(),
  };
};
