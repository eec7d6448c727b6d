import type * as z from 'zod';
import { sha256Hex } from '../../values/text/hash.ts';
import type { Typed } from '../typed.ts';
import { maxNotices } from './limits.ts';
import type { noticeSpec } from './schema.ts';

/** A signed statement as the board stores it. */
export type NoticeSpec = z.output<typeof noticeSpec>;
/** One signed statement of one cluster on the board of a slice. */
export type Notice = Typed<NoticeSpec>;
/** The kind of a statement's subject. */
export type StatementKind = NoticeSpec['kind'];

export { maxNotices } from './limits.ts';

/**
 * Name of the notice in one of a cluster's slots, 0 to {@link maxNotices} − 1. All names are known before any notice is written, so admission bounds
 * their number without counting. Throws `RangeError` for a slot that does not exist.
 */
export const noticeSlotName = (cluster: string, slot: number): string => {
  if (!Number.isInteger(slot) || slot < 0 || slot >= maxNotices) throw new RangeError(`slot ${slot} is not one of ${maxNotices}`);
  return `${cluster}.${slot}`;
};

/** Name of the copy of an accepted notice that a member stores in its own cluster. */
export const keptNoticeName = (slice: string, { cluster, kind, subject }: Pick<NoticeSpec, 'cluster' | 'kind' | 'subject'>): string =>
  `${slice}.${cluster}.${sha256Hex(`${kind}/${subject}`).slice(0, 16)}`;
