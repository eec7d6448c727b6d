import type * as z from 'zod';
import { sha256Hex } from '../../values/hash.ts';
import type { Typed } from '../typed.ts';
import { maxNotices } from './limits.ts';
import type { noticeSpec } from './schema.ts';

/** A signed statement as it hangs on the board. */
export type NoticeSpec = z.output<typeof noticeSpec>;
/** One signed statement of one cluster on the notice board of a slice. */
export type Notice = Typed<NoticeSpec>;
/** What a statement is about. */
export type StatementKind = NoticeSpec['kind'];

export { maxNotices } from './limits.ts';

/**
 * Name of the notice in one of a cluster's slots, 0 to {@link maxNotices} − 1. The names of all notices are known before any is written, so
 * admission bounds their number without counting. Throws `RangeError` for a slot that does not exist.
 */
export const noticeSlotName = (cluster: string, slot: number): string => {
  if (!Number.isInteger(slot) || slot < 0 || slot >= maxNotices) throw new RangeError(`slot ${slot} is not one of ${maxNotices}`);
  return `${cluster}.${slot}`;
};

/** Name of the copy of an accepted notice that a member keeps in its own cluster. */
export const keptNoticeName = (slice: string, { cluster, kind, subject }: Pick<NoticeSpec, 'cluster' | 'kind' | 'subject'>): string =>
  `${slice}.${cluster}.${sha256Hex(`${kind}/${subject}`).slice(0, 16)}`;
