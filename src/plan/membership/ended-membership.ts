import { hasEnded, type Membership } from '../../api/membership/type.ts';

/** How long an ended Membership is kept, in milliseconds. A member that is disconnected for less receives the end. */
export const endedKeptMs = 7 * 24 * 3_600_000;

/** How long after the end late notices may arrive, in milliseconds: writes that were in flight when access ended. */
const lateNoticesMs = 60_000;
/** The interval of sweeps in that time, in milliseconds. */
const lateSweepMs = 10_000;

/** The step for an ended Membership. */
export interface EndedStep {
  /** The object was kept for long enough and is deleted, with the last notice of the cluster. */
  readonly isOver: boolean;
  /** After how many milliseconds to check again; undefined when it is over. */
  readonly againMs: number | undefined;
}

/**
 * The step for a Membership at `now` (milliseconds since 1970); undefined while it has not ended.
 *
 * ```
 * since the end       then
 * less than 1 min     notices are swept, again after 10 s: writes in flight when access ended may arrive late
 * less than 7 days    nothing more until the 7 days are over
 * 7 days              the object is deleted
 * ```
 *
 * An end in the future, written by a wrong clock, counts as now, and an invalid time as a minute ago: the object is kept longer, never shorter.
 */
export const planEnded = (membership: Membership, now: number): EndedStep | undefined => {
  if (!hasEnded(membership)) return undefined;
  const endedAt = Date.parse(membership.spec.ended ?? '');
  const age = Number.isNaN(endedAt) ? lateNoticesMs : Math.max(0, now - endedAt);
  if (age >= endedKeptMs) return { isOver: true, againMs: undefined };
  return { isOver: false, againMs: age < lateNoticesMs ? lateSweepMs : endedKeptMs - age };
};
