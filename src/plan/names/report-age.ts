/** A report that its agent did not confirm for this long is old: three heartbeats. */
export const reportLifetimeMs = 45_000;

/** How long a report that existed at the start counts as fresh without confirmation: one heartbeat and some seconds. */
export const unconfirmedMs = 20_000;

/** How often an agent confirms its report. */
export const heartbeatMs = 15_000;

/** When a report last changed, in milliseconds of the reader's own monotonic clock. */
export interface ReportAge {
  readonly observedAt: string;
  readonly freshUntil: number;
}

/**
 * The age of a report that was just read. The time in it is only compared with the previous one: a change proves that the agent lives, whatever the
 * clocks of the two machines show.
 *
 * ```
 * report                         fresh for
 * none yet                       not at all
 * found when the reader starts   20 s: its agent may have died after it
 * changed                        45 s from now
 * unchanged                      unchanged
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

/** Whether a report takes precedence over old ones. */
export const isFresh = (age: ReportAge | undefined, now: number): boolean => age !== undefined && now < age.freshUntil;
