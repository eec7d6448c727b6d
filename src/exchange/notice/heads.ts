import type { NoticeSpec } from '../../api/notice/type.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import type { Position, PositionedNotice } from './notice-page.ts';

/** A summary of the notices that a cluster offers in a slice: the same digest means the same notices. */
export interface Heads {
  /** Position of the latest notice: everything after this position is newer than the summary. */
  readonly position: Position;
  /** SHA-256 of the signatures in order. */
  readonly digest: string;
}

/**
 * The digest of some notices of one cluster, in any order, without reports, which only the hub reads. A signature identifies its statement: two
 * statements never share one.
 */
export const digestOfNotices = (notices: Iterable<Pick<NoticeSpec, 'kind' | 'signature'>>): string =>
  sha256Hex(
    [...notices]
      .flatMap(({ kind, signature }) => (kind === 'Links' ? [] : [signature]))
      .toSorted()
      .join('\n'),
  );

/** The summary of the notices that a cluster offers. */
export const headsOf = (placed: readonly PositionedNotice[]): Heads => ({
  position: placed.reduce((most, { position }) => Math.max(most, position), 0),
  digest: digestOfNotices(placed.map(({ spec }) => spec)),
});
