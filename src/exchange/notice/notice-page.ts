import type { NoticeSpec } from '../../api/notice/type.ts';

/** Limits of one request for notices. */
export const pageLimits = {
  /** Longest wait for a newer notice, in milliseconds. */
  waitMs: 10_000,
  /** Bytes of the notices in one answer. */
  bytes: 1_048_576,
  /** Bytes of a whole answer: JSON needs more than the notices themselves, and a notice larger than the page comes alone. */
  answerBytes: 2_097_152,
} as const;

/**
 * The place of a notice among those of its cluster: later writes have higher positions. The order is that of its cluster's API server, not that of
 * serials.
 */
export type Position = number;

/** A notice of a cluster and its position. */
export interface PositionedNotice {
  readonly position: Position;
  readonly spec: NoticeSpec;
}

/** Some of the notices that a cluster offers in a slice, as they travel through the tunnels. */
export interface NoticePage {
  /** The position to continue from. */
  readonly next: Position;
  /** Whether more notices follow at once. */
  readonly more: boolean;
  readonly notices: readonly NoticeSpec[];
}

/**
 * The notices after a position, the earliest first, as many as fit into `bytes`, but at least one.
 * A position beyond all notices is from before the API server was restored from an older copy; the pages then start again. Several statements are
 * signed at once and written in any order, so the order is that of the writes: a reader that has read up to a position has missed nothing before it.
 */
export const pageAfter = (placed: readonly PositionedNotice[], after: Position, maxBytes: number = pageLimits.bytes): NoticePage => {
  const last = placed.reduce((most, { position }) => Math.max(most, position), 0);
  const from = after > last ? 0 : after;
  const newer = placed.filter(({ position }) => position > from).toSorted((a, b) => a.position - b.position);
  const notices: NoticeSpec[] = [];
  let next = from;
  let bytes = 0;
  for (const { position, spec } of newer) {
    bytes += Buffer.byteLength(JSON.stringify(spec));
    if (bytes > maxBytes && notices.length > 0) break;
    notices.push(spec);
    next = position;
  }
  return { next, more: notices.length < newer.length, notices };
};

/** The position of an object by its resource version; undefined for a server whose versions are not numbers (KEP-5504 makes them numbers). */
export const positionOf = (resourceVersion: string | undefined): Position | undefined => {
  const position = /^\d{1,16}$/.test(resourceVersion ?? '') ? Number(resourceVersion) : Number.NaN;
  return Number.isSafeInteger(position) ? position : undefined;
};
