/** How long the hub must be unreachable before statements stay in force beyond their expiry, in milliseconds. */
const awayAfterMs = 60_000;

/** How long they stay in force after contact is restored, in milliseconds: every cluster needs time to renew its own. */
const graceMs = 600_000;

/** The history of contact with the hub, in milliseconds of a monotonic clock. */
export interface HubContactHistory {
  /** Since when there is no contact; undefined while there is. */
  readonly lostAt: number | undefined;
  /** Until when statements may have expired because of a long outage. */
  readonly graceUntil: number;
}

/** Before the first contact the hub counts as unreachable for an unknown time. */
export const noContactYet: HubContactHistory = { lostAt: Number.NEGATIVE_INFINITY, graceUntil: Number.NEGATIVE_INFINITY };

const isUnreachable = ({ lostAt }: HubContactHistory, now: number): boolean => lostAt !== undefined && now - lostAt > awayAfterMs;

/** The history after contact was lost or restored at `now`. */
export const afterContact = (history: HubContactHistory, contact: 'lost' | 'found', now: number): HubContactHistory => {
  if (contact === 'lost') return { ...history, lostAt: history.lostAt ?? now };
  return { lostAt: undefined, graceUntil: isUnreachable(history, now) ? now + graceMs : history.graceUntil };
};

/**
 * Whether expired statements may be ones that could not be renewed.
 *
 * ```
 * contact                                            then
 * none yet since the start                           yes
 * lost for a minute or less                          no
 * lost for longer than a minute                      yes
 * restored less than ten minutes ago after that      yes: every cluster gets that time to renew
 * restored                                           no
 * ```
 */
export const wasUnreachable = (history: HubContactHistory, now: number): boolean => isUnreachable(history, now) || now < history.graceUntil;
