import type { Clock } from '../values/clock.ts';
import { clockSkewMs, type SeenStatement } from './verify-statement.ts';

/** What was withdrawn: statements that were accepted once and whose notice was taken down since. */
export interface Withdrawn {
  /** Remembers a statement of that notice until it would be refused as expired. */
  add(notice: string, serial: number, expiresAt: string): void;
  /** What a statement of that notice must be later than. */
  get(notice: string): SeenStatement | undefined;
  /** How many are remembered, those included that have expired since the last look. */
  readonly size: number;
}

/**
 * Keeps whoever rules the board from saying again what its author took back: a signature and an expiry alone would still hold. Kept in
 * memory, for as long as the process runs; each entry goes when its statement has expired.
 */
export const createWithdrawn = (clock: Clock): Withdrawn => {
  const marks = new Map<string, { readonly serial: number; readonly until: number }>();
  let pruneAt = 64;
  return {
    add: (notice, serial, expiresAt) => {
      marks.set(notice, { serial, until: Date.parse(expiresAt) + clockSkewMs });
      if (marks.size < pruneAt) return;
      const now = clock.now();
      for (const [name, { until }] of marks) if (until < now) marks.delete(name);
      // The next look waits until there is as much again, so that looking costs each entry a constant.
      pruneAt = Math.max(64, marks.size * 2);
    },
    get: (notice) => {
      const mark = marks.get(notice);
      // No text has this digest: the very statement that was withdrawn is refused as well.
      return mark === undefined || mark.until < clock.now() ? undefined : { serial: mark.serial, digest: '' };
    },
    get size() {
      return marks.size;
    },
  };
};
