import type { LinkVerdict } from '../../values/link-verdict.ts';

/** Without an answer for this long a link is suspect. */
export const suspectAfterMs = 3_000;
/** Without an answer for this long a link is down; half a second before the promise of 5 s, so that what follows from it is done by then. */
export const downAfterMs = 4_500;
/** Over how many probes loss is counted. */
const lossWindow = 20;
/** Share of a new round-trip time in the smoothed one (RFC 6298 uses the same). */
const smoothing = 0.125;

/** What is remembered of the probes of one link. All times are milliseconds of a clock that does not go back. */
export interface LinkHistory {
  readonly since: number;
  readonly state: LinkVerdict;
  readonly lastAnswer: number | undefined;
  readonly rttMs: number | undefined;
  /** The latest probes, newest last: answered or not. */
  readonly recent: readonly boolean[];
}

/** A link that was never probed. */
export const newLink = (now: number): LinkHistory => ({
  since: now,
  state: 'Pending',
  lastAnswer: undefined,
  rttMs: undefined,
  recent: [],
});

/** The history with one more probe in it; `periodMs` as for {@link judge}. */
export const withProbe = (history: LinkHistory, rttMs: number | undefined, now: number, periodMs = 1_000): LinkHistory => {
  const recent = [...history.recent, rttMs !== undefined].slice(-lossWindow);
  if (rttMs === undefined) return judge({ ...history, recent }, now, periodMs);
  const smoothed = history.rttMs === undefined ? rttMs : history.rttMs + smoothing * (rttMs - history.rttMs);
  return judge({ ...history, recent, lastAnswer: now, rttMs: smoothed }, now, periodMs);
};

/**
 * The history with its state as it is now.
 *
 * ```
 * last answer          state
 * never                Pending
 * less than 3 s ago    Up
 * 3 to 4.5 s ago       Suspect
 * longer ago           Down
 * ```
 *
 * @param periodMs how often this link is probed; limits are at least three and four and a half periods.
 */
export const judge = (history: LinkHistory, now: number, periodMs = 1_000): LinkHistory => {
  const scale = Math.max(1, periodMs / 1_000);
  const state = stateOf(history.lastAnswer === undefined ? undefined : now - history.lastAnswer, scale);
  return state === history.state ? history : { ...history, state, since: now };
};

const stateOf = (age: number | undefined, scale: number): LinkVerdict => {
  if (age === undefined) return 'Pending';
  if (age < suspectAfterMs * scale) return 'Up';
  return age < downAfterMs * scale ? 'Suspect' : 'Down';
};

/** Probes lost among the latest, in percent; undefined before the first. */
export const lossPercent = ({ recent }: LinkHistory): number | undefined =>
  recent.length === 0 ? undefined : Math.round((100 * recent.filter((answered) => !answered).length) / recent.length);

/** The evidence for the state, in a sentence. */
export const linkReason = (history: LinkHistory, now: number, handshakeAgeSeconds: number | undefined): string => {
  const handshake =
    handshakeAgeSeconds === undefined
      ? 'no WireGuard handshake was ever completed'
      : `the last WireGuard handshake was ${handshakeAgeSeconds} s ago`;
  if (history.lastAnswer === undefined) {
    return handshakeAgeSeconds === undefined
      ? `No probe was answered yet and ${handshake}: the other node may not know this one yet, or UDP to its endpoint is blocked.`
      : `No probe was answered yet, but ${handshake}.`;
  }
  if (history.state === 'Up') return `Probes through the tunnel are answered; ${handshake}.`;
  const seconds = Math.round((now - history.lastAnswer) / 1_000);
  return `No probe through the tunnel was answered for ${seconds} s; ${handshake}.`;
};
