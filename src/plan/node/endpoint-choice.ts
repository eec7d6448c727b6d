import type { LinkVerdict } from '../../values/link-verdict.ts';

/** How long an endpoint is tried before the next one is: two WireGuard handshake attempts (REKEY_TIMEOUT is 5 s) and their answers. */
export const endpointTrialMs = 12_000;

/** Which of a peer's endpoints is in use, and since when it is being tried, in milliseconds of a clock that does not go back. */
export interface EndpointChoice {
  readonly index: number;
  readonly since: number;
}

/**
 * Which endpoint of a peer to use.
 *
 * ```
 * link               then
 * Up, Suspect        the endpoint that works
 * Pending, Down      the same for 12 s, then the next, round and round
 * not watched yet    the first
 * ```
 *
 * @param count how many endpoints the peer states now
 */
export const chooseEndpoint = (
  before: EndpointChoice | undefined,
  link: { readonly state: LinkVerdict; readonly since: number } | undefined,
  count: number,
  now: number,
): EndpointChoice => {
  if (before === undefined || before.index >= count) return { index: 0, since: now };
  if (link === undefined || count < 2 || link.state === 'Up' || link.state === 'Suspect') return before;
  const failingSince = Math.max(before.since, link.since);
  return now - failingSince < endpointTrialMs ? before : { index: (before.index + 1) % count, since: now };
};
