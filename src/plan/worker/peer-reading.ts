import type { NoticePage } from '../../exchange/notice-page.ts';

/** How long contact with the board must be lost before members are asked, in milliseconds: a server that restarts is back by then. */
export const lostAfterMs = 2_000;
/** How many clusters are asked at once. */
export const clustersAtOnce = 16;

/** The longest wait for something newer, in milliseconds; short enough that an agent that died in it is noticed. */
const longestWaitMs = 5_000;
/** In milliseconds: how soon every cluster is asked again where there are more than can be asked at once. */
const roundMs = 1_000;
/** In milliseconds: no cluster is asked more often, whatever it answers; and how much of statements is read in a second, in bytes. */
const paceMs = 50;
const bytesPerSecond = 2_097_152;

/** How long to wait for something newer with each cluster, of so many. */
export const waitOf = (clusters: number): number =>
  clusters <= clustersAtOnce ? longestWaitMs : Math.floor((roundMs * clustersAtOnce) / clusters);

/**
 * What follows from an answer that came after some milliseconds: how long to wait before the next question, or that it is useless.
 *
 * ```
 * answer                                         then
 * notices, or nothing new when the wait is over  asked again at once, 50 ms after the last question at the earliest, later after
 *                                                a large answer
 * nothing new, long before the wait is over      useless: like no answer
 * nothing, and there is more                     useless
 * ```
 */
export const nextQuestion = (page: NoticePage, waitMs: number, tookMs: number): number | 'useless' => {
  const early = waitMs >= 1_000 && tookMs < waitMs / 2;
  if (page.notices.length === 0 && (page.more || early)) return 'useless';
  const bytes = page.notices.reduce((sum, { statement }) => sum + statement.length, 0);
  return Math.max(0, paceMs + (bytes / bytesPerSecond) * 1_000 - tookMs);
};
