import type { NoticePage } from '../../exchange/notice/notice-page.ts';

/** How long contact with the board must be lost before members are read, in milliseconds: a restarted server is back by then. */
export const lostAfterMs = 2_000;
/**
 * How long members are still read once contact with the board is restored, in milliseconds: each of them detects the contact by itself, and then
 * publishes.
 */
export const overlapMs = 15_000;
/** How many clusters are read at once. */
export const clustersAtOnce = 16;

/** The longest wait for a newer notice, in milliseconds; short enough to detect an agent that died during it. */
const longestWaitMs = 5_000;
/** In milliseconds: how soon every cluster is read again where there are more than can be read at once. */
const roundMs = 1_000;
/**
 * In milliseconds: the shortest average interval of requests to a cluster, whatever it answers; and how many bytes of statements are read in a
 * second.
 */
const paceMs = 50;
const bytesPerSecond = 2_097_152;
/** How many requests may follow one another without a pause: the changes of a rolling update come in groups, and each should take effect at once. */
const burst = 10;

/** How long to wait for a newer notice of each cluster, given their number. */
export const waitOf = (clusters: number): number =>
  clusters <= clustersAtOnce ? longestWaitMs : Math.floor((roundMs * clustersAtOnce) / clusters);

/** How many requests to one cluster may follow without a pause, and when that was computed, in milliseconds. */
export interface ReadingPace {
  readonly credit: number;
  readonly at: number;
}

/** The pace of a cluster before the first request. */
export const freshPace = (now: number): ReadingPace => ({ credit: burst, at: now });

/**
 * What follows an answer that arrived after some milliseconds: how long to wait before the next request, or that the answer is useless.
 *
 * ```
 * answer                                         then
 * notices, or nothing new when the wait is over  next request at once, up to ten times in succession; then every 50 ms, later after a large answer
 * nothing new, long before the wait is over      useless: like no answer
 * nothing, and there is more                     useless
 * ```
 */
export const nextQuestion = (
  page: NoticePage,
  waitMs: number,
  tookMs: number,
  before: ReadingPace,
  now: number,
): { readonly pauseMs: number; readonly pace: ReadingPace } | 'useless' => {
  const early = waitMs >= 1_000 && tookMs < waitMs / 2;
  if (page.notices.length === 0 && (page.more || early)) return 'useless';
  const bytes = page.notices.reduce((sum, { statement }) => sum + statement.length, 0);
  const cost = 1 + ((bytes / bytesPerSecond) * 1_000) / paceMs;
  const credit = Math.min(burst, before.credit + (now - before.at) / paceMs) - cost;
  return { pauseMs: Math.max(0, -credit * paceMs), pace: { credit, at: now } };
};
