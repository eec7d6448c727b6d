import type { LinkVerdict } from '../../values/link-verdict.ts';

/** A peer that answers is probed again after this long, less up to a fifth at random, so that peers do not run in step. */
export const probeEveryMs = 2_000;
/** A peer that did not answer is probed again after this long, or after one and a half round trips if that is longer. */
export const retryAfterMs = 500;
/** A peer that is Down is probed this often. */
export const downProbeEveryMs = 1_000;
/** A peer from which the tunnel receives is probed at least this often: its packets do not prove that it receives ours. */
export const receivingProbeEveryMs = 10_000;
/** Probes without an answer for this long make a link Suspect. */
export const suspectAfterMs = 1_000;
/** Probes without an answer for this long make a link Down: at most 4.5 s after the peer's last answer. */
export const downAfterMs = 2_500;
/** At least so many probes must be unanswered: a peer that was never probed is never Down. */
const downAfterProbes = 3;
/** A peer that never answered is Pending for this long, and then Down; half a second below the promised 5 s. */
export const pendingMs = 4_500;
/** The number of probes over which loss is counted. */
const lossWindow = 20;
/** Share of a new round-trip time in the smoothed one (RFC 6298 uses the same). */
const smoothing = 0.125;

/** The state of one link. All times are milliseconds of a monotonic clock. */
export interface LinkHistory {
  /** When the state last changed; for a peer that never answered, since when it is known. */
  readonly since: number;
  readonly state: LinkVerdict;
  readonly lastAnswer: number | undefined;
  readonly rttMs: number | undefined;
  /** The latest probes, newest last: answered or not. */
  readonly recent: readonly boolean[];
  /** Probes since the last answer, and when the first of them was sent. */
  readonly unanswered: { readonly since: number; readonly count: number } | undefined;
  /** When the next probe is due. */
  readonly nextAt: number;
}

/** A link that was never probed. */
export const newLink = (now: number): LinkHistory => ({
  since: now,
  state: 'Pending',
  lastAnswer: undefined,
  rttMs: undefined,
  recent: [],
  unanswered: undefined,
  nextAt: now,
});

/** The history after a probe was sent. */
export const probed = (link: LinkHistory, now: number): LinkHistory => {
  const { unanswered, rttMs = 0 } = link;
  return {
    ...link,
    ...(unanswered === undefined ? {} : { recent: [...link.recent, false].slice(-lossWindow) }),
    unanswered: { since: unanswered?.since ?? now, count: (unanswered?.count ?? 0) + 1 },
    nextAt: now + (link.state === 'Down' ? downProbeEveryMs : Math.max(retryAfterMs, 1.5 * rttMs)),
  };
};

/** The history after an answer. `random` is from 0 to 1 and shortens the time until the next probe by up to a fifth. */
export const answered = (link: LinkHistory, rttMs: number, now: number, random: number): LinkHistory => {
  const smoothed = link.rttMs === undefined ? rttMs : link.rttMs + smoothing * (rttMs - link.rttMs);
  const recent = [...link.recent, true].slice(-lossWindow);
  const nextAt = now + probeEveryMs * (1 - random / 5);
  return judge({ ...link, recent, lastAnswer: now, rttMs: smoothed, unanswered: undefined, nextAt }, now);
};

/** The history after the tunnel received something from the peer at `at` or later: the next probe can wait, but only {@link receivingProbeEveryMs}. */
export const received = (link: LinkHistory, at: number): LinkHistory => {
  if (link.unanswered !== undefined || link.lastAnswer === undefined) return link;
  const nextAt = Math.min(Math.max(link.nextAt, at + probeEveryMs), Math.max(link.nextAt, link.lastAnswer + receivingProbeEveryMs));
  return nextAt === link.nextAt ? link : { ...link, nextAt };
};

/** The history of a link that was reached, whose current state is unknown. */
export const unconfirmed = (link: LinkHistory): LinkHistory => ({ ...link, state: 'Pending' });

/** The history without `ms` during which no answers were read. */
export const excused = (link: LinkHistory, ms: number): LinkHistory => ({
  ...link,
  ...(link.lastAnswer === undefined && link.state === 'Pending' ? { since: link.since + ms } : {}),
  ...(link.unanswered === undefined ? {} : { unanswered: { ...link.unanswered, since: link.unanswered.since + ms } }),
});

/**
 * The history with its current state.
 *
 * ```
 * answers            probes without an answer        state
 * none ever          known for less than 4.5 s       Pending
 * none ever          known for longer, 3 or more     Down, since the peer is known
 * one                none, or for less than 1 s      Up
 * one                for 1 to 2.5 s, or fewer than 3 Suspect
 * one                for longer, 3 or more           Down
 * ```
 */
export const judge = (link: LinkHistory, now: number): LinkHistory => {
  const state = stateOf(link, now);
  if (state === link.state) return link;
  return { ...link, state, since: link.lastAnswer === undefined ? link.since : now };
};

const stateOf = ({ lastAnswer, unanswered, since, state }: LinkHistory, now: number): LinkVerdict => {
  const asked = (unanswered?.count ?? 0) >= downAfterProbes;
  if (lastAnswer === undefined) return state === 'Down' || (asked && now - since >= pendingMs) ? 'Down' : 'Pending';
  const silence = unanswered === undefined ? 0 : now - unanswered.since;
  if (silence < suspectAfterMs) return 'Up';
  return state === 'Down' || (asked && silence >= downAfterMs) ? 'Down' : 'Suspect';
};

/** Percentage of lost probes among the latest; undefined before the first. */
export const lossPercent = ({ recent }: LinkHistory): number | undefined =>
  recent.length === 0 ? undefined : Math.round((100 * recent.filter((answered) => !answered).length) / recent.length);

/**
 * The evidence for the state, as a sentence that stays the same while the state does: it contains times, not ages.
 *
 * @param at the wall-clock time of a time of the history
 * @param handshakeAt when the last WireGuard handshake was completed
 */
export const linkReason = (link: LinkHistory, at: (monotonic: number) => Date, handshakeAt: Date | undefined): string => {
  const text = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
  const handshake =
    handshakeAt === undefined ? 'no WireGuard handshake was ever completed' : `the last WireGuard handshake was at ${text(handshakeAt)}`;
  if (link.lastAnswer === undefined) {
    return handshakeAt === undefined
      ? `No probe was answered yet and ${handshake}: either the other node does not know this one yet, or UDP to its endpoint is blocked.`
      : `No probe was answered yet, but ${handshake}.`;
  }
  if (link.state === 'Up') return `Probes through the tunnel are answered; ${handshake}.`;
  return `No probe through the tunnel was answered since ${text(at(link.lastAnswer))}; ${handshake}.`;
};
