import type { NoticePage } from '../../exchange/notice-page.ts';

/** How long contact with the board must be lost before members are asked, in milliseconds: a server that restarts is back by then. */
export const lostAfterMs = 2_000;
/** How long members are asked beside the board once contact with it is back, in milliseconds: each finds it by itself, and publishes when it has. */
export const overlapMs = 15_000;
/** How many clusters are asked at once. */
export const clustersAtOnce = 16;

/** The longest wait for something newer, in milliseconds; short enough that an agent that died in it is noticed. */
const longestWaitMs = 5_000;
/** In milliseconds: how soon every cluster is asked again where there are more than can be asked at once. */
const roundMs = 1_000;
/** In milliseconds: no cluster is asked more often on average, whatever it answers; and how much of statements is read in a second, in bytes. */
const paceMs = 50;
const bytesPerSecond = 2_097_152;
/** Questions that may follow one another without a pause: the changes of a rolling update come in groups, and each of them counts at once. */
const burst = 10;

/** How long to wait for something newer with each cluster, of so many. */
export const waitOf = (clusters: number): number =>
  clusters <= clustersAtOnce ? longestWaitMs : Math.floor((roundMs * clustersAtOnce) / clusters);

/** How many questions to one cluster may be asked without a pause, and when that was counted, in milliseconds. */
export interface ReadingPace {
  readonly credit: number;
  readonly at: number;
}

/** The pace of a cluster that was not asked yet. */
export const freshPace = (now: number): ReadingPace => ({ credit: burst, at: now });

/**
 * What follows from an answer that came after some milliseconds: how long to wait before the next question, or that it is useless.
 *
 * ```
 * answer                                         then
 * notices, or nothing new when the wait is over  asked again at once, up to ten times in a row; then every 50 ms, later after a large answer
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
