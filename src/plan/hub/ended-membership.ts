import { hasEnded, type Membership } from '../../api/membership/type.ts';

/** How long an ended Membership is kept, in milliseconds. A member that is away for less learns of the end. */
export const endedKeptMs = 7 * 24 * 3_600_000;

/** For this long after the end, notices may still arrive that were on their way when access ended, in milliseconds. */
const lateNoticesMs = 60_000;
/** Between two sweeps in that time, in milliseconds. */
const lateSweepMs = 10_000;

/** What is done about an ended Membership. */
export interface EndedStep {
  /** The object was kept for long enough and is deleted, with the last notice of the cluster. */
  readonly isOver: boolean;
  /** After how many milliseconds to check again; undefined when it is over. */
  readonly againMs: number | undefined;
}

/**
 * What is done about a Membership at `now` (milliseconds since 1970); undefined while it has not ended.
 *
 * ```
 * since the end       then
 * less than 1 min     notices are swept, again after 10 s: what was being written when access ended may come late
 * less than 7 days    nothing more until the 7 days are over
 * 7 days              the object goes
 * ```
 *
 * An end in the future, written by a clock that was wrong, counts as one of this moment, and one that is no time as one of a minute ago: the object
 * stays the longer, never the shorter.
 */
export const planEnded = (membership: Membership, now: number): EndedStep | undefined => {
  if (!hasEnded(membership)) return undefined;
  const endedAt = Date.parse(membership.spec.ended ?? '');
  const age = Number.isNaN(endedAt) ? lateNoticesMs : Math.max(0, now - endedAt);
  if (age >= endedKeptMs) return { isOver: true, againMs: undefined };
  return { isOver: false, againMs: age < lateNoticesMs ? lateSweepMs : endedKeptMs - age };
};
