import type { LinkVerdict } from '../../values/link-verdict.ts';

/** How long to try an endpoint in the first round: a handshake and a probe around the earth take less. */
export const firstTrialMs = 1_500;
/** How long to try an endpoint in later rounds: two WireGuard handshake attempts (REKEY_TIMEOUT is 5 s) and their answers. */
export const endpointTrialMs = 12_000;

/** The endpoint of a peer in use. Times are milliseconds of a monotonic clock. */
export interface EndpointChoice {
  readonly index: number;
  /** Since when it is tried. */
  readonly since: number;
  /** How often the endpoint was changed. Each change renews the handshake, because WireGuard itself starts one at most every 5 s. */
  readonly switches: number;
  /** How many endpoints were tried since the link last worked. */
  readonly tried: number;
  /** When to try the next endpoint, if this one does not answer; undefined when there is no other or the link works. */
  readonly nextAt: number | undefined;
}

/**
 * Chooses the endpoint of a peer.
 *
 * ```
 * link               then
 * Up, Suspect        the endpoint that works
 * Pending, Down      each of them for 1.5 s, then each for 12 s, in rotation
 * not watched yet    the first
 * ```
 *
 * @param count how many endpoints the peer publishes now
 * @param patienceMs extra time for each trial of the first round; with different values at both ends the two do not keep missing each other
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
