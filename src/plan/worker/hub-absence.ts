/** How long contact with the hub must have been lost before statements hold beyond their expiry, in milliseconds. */
const awayAfterMs = 60_000;

/** How long they go on to hold after contact is back, in milliseconds: every cluster must have had time to renew its own. */
const graceMs = 600_000;

/** What is remembered of the contact with the hub, in milliseconds of a clock that does not go back. */
export interface HubContactHistory {
  /** Since when there is no contact; undefined while there is. */
  readonly lostAt: number | undefined;
  /** Until when statements may be those of a long absence. */
  readonly graceUntil: number;
}

/** Before the first contact the hub counts as away: nobody knows for how long. */
export const noContactYet: HubContactHistory = { lostAt: Number.NEGATIVE_INFINITY, graceUntil: Number.NEGATIVE_INFINITY };

const isAway = ({ lostAt }: HubContactHistory, now: number): boolean => lostAt !== undefined && now - lostAt > awayAfterMs;

/** The history after contact was lost or found at `now`. */
export const afterContact = (history: HubContactHistory, contact: 'lost' | 'found', now: number): HubContactHistory => {
  if (contact === 'lost') return { ...history, lostAt: history.lostAt ?? now };
  return { lostAt: undefined, graceUntil: isAway(history, now) ? now + graceMs : history.graceUntil };
};

/**
 * Whether statements that expired may be those that nobody could renew.
 *
 * ```
 * contact                                            then
 * none yet since the start                           yes
 * lost for a minute or less                          no
 * lost for longer than a minute                      yes
 * found again less than ten minutes ago after that   yes: every cluster gets that time to renew
 * found                                              no
 * ```
 */
export const wasAway = (history: HubContactHistory, now: number): boolean => isAway(history, now) || now < history.graceUntil;
