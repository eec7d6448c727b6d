/** A report that its agent did not confirm for this long is old: three heartbeats. */
export const reportLifetimeMs = 45_000;

/** How long a report that was there at the start counts as fresh without being confirmed: one heartbeat and some seconds. */
export const unconfirmedMs = 20_000;

/** How often an agent confirms its report. */
export const heartbeatMs = 15_000;

/** When a report was last seen to change, in milliseconds of the reader's own clock that does not go back. */
export interface ReportAge {
  readonly observedAt: string;
  readonly freshUntil: number;
}

/**
 * The age of a report that was just read. The time in it is only compared with itself: that it changes shows that its agent lives, whatever the clocks
 * of the two machines are.
 *
 * ```
 * report                         fresh for
 * none yet                       not at all
 * found when the reader starts   20 s: it may be the last word of an agent that is dead
 * another than before            45 s from now
 * the same as before             as before
 * ```
 */
export const readReport = (
  before: ReportAge | undefined,
  observedAt: string | undefined,
  initial: boolean,
  now: number,
): ReportAge | undefined => {
  if (observedAt === undefined) return before;
  if (before?.observedAt === observedAt) return before;
  return { observedAt, freshUntil: now + (initial ? unconfirmedMs : reportLifetimeMs) };
};

/** Whether a report counts before others. */
export const isFresh = (age: ReportAge | undefined, now: number): boolean => age !== undefined && now < age.freshUntil;
