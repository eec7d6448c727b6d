import type { LinkVerdict } from '../../values/link-verdict.ts';

/** How long an endpoint is tried in the first round: a handshake and a probe over the longest way round the earth need less. */
export const firstTrialMs = 1_500;
/** How long in later rounds: two WireGuard handshake attempts (REKEY_TIMEOUT is 5 s) and their answers. */
export const endpointTrialMs = 12_000;

/** Which of a peer's endpoints is in use. Times are milliseconds of a clock that does not go back. */
export interface EndpointChoice {
  readonly index: number;
  /** Since when it is being tried. */
  readonly since: number;
  /** How often another one was chosen; each time the peer is to be called anew, for WireGuard itself calls no sooner than 5 s after the last call. */
  readonly switches: number;
  /** How many were tried since the link worked last. */
  readonly tried: number;
  /** When the next is due, if this one does not answer; undefined when there is no other or the link works. */
  readonly nextAt: number | undefined;
}

/**
 * Which endpoint of a peer to use.
 *
 * ```
 * link               then
 * Up, Suspect        the endpoint that works
 * Pending, Down      each of them for 1.5 s, then each for 12 s, round and round
 * not watched yet    the first
 * ```
 *
 * @param count how many endpoints the peer states now
 * @param patienceMs more for each trial of the first round; where it differs at both ends the two do not go on calling past one another
 */
export const chooseEndpoint = (
  before: EndpointChoice | undefined,
  link: { readonly state: LinkVerdict; readonly since: number } | undefined,
  count: number,
  now: number,
  patienceMs = 0,
): EndpointChoice => {
  if (before === undefined || before.index >= count)
    return { index: 0, since: now, switches: before?.switches ?? 0, tried: 1, nextAt: undefined };
  if (link === undefined || count < 2) return before.nextAt === undefined ? before : { ...before, nextAt: undefined };
  if (link.state === 'Up' || link.state === 'Suspect') return { ...before, tried: 1, nextAt: undefined };
  const trial = (tried: number): number => (tried <= count ? firstTrialMs + patienceMs : endpointTrialMs);
  const due = Math.max(before.since, link.since) + trial(before.tried);
  if (now < due) return { ...before, nextAt: due };
  const tried = before.tried + 1;
  return { index: (before.index + 1) % count, since: now, switches: before.switches + 1, tried, nextAt: now + trial(tried) };
};
