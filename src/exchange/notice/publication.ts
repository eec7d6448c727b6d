import type { NoticeSpec } from '../../api/notice/type.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { readJson } from '../../values/text/read-json.ts';
import { isTombstone, readStatement } from '../statement/statement.ts';
import { clockSkewMs, statementLifetimeMs } from '../trust/lifetime.ts';

/** What this cluster last published about a subject. */
export interface Published {
  /** Canonical JSON of the content; undefined for a tombstone. */
  readonly body: string | undefined;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
}

/**
 * What a notice of this cluster publishes in a slice. `overwritten` when the notice cannot be read, belongs to an earlier slice of the same name, or
 * has a serial of at most `floor`: members ignore a statement that is older than a farewell of this cluster.
 */
export const publishedBy = ({ statement }: Pick<NoticeSpec, 'statement'>, sliceUID: string, floor = 0): Published | 'overwritten' => {
  const stated = readStatement(readJson(statement));
  if (typeof stated === 'string' || stated.sliceUID !== sliceUID || stated.serial <= floor) return 'overwritten';
  return { body: isTombstone(stated) ? undefined : canonicalJson(stated.body), issuedAt: Date.parse(stated.issuedAt) };
};

/** What to do about one subject on the board. */
export type Publication = 'keep' | 'state' | 'withdraw' | 'remove';

/**
 * Compares the wanted content of a subject with what this cluster last published about it.
 *
 * ```
 * wanted       last published                        then
 * content      the same, issued less than half a     keep
 *              lifetime ago
 * content      anything else, or overwritten         state
 * withdrawn    nothing                               keep
 * withdrawn    content, or overwritten               withdraw: a signed tombstone takes its place
 * withdrawn    a tombstone                           keep it until what it withdraws has expired everywhere, then remove it
 * ```
 * If the time of issue lies in the future, the clock was set back since. The age is then unknown, so the statement is issued again.
 */
export const decidePublication = (wanted: string | undefined, last: Published | 'overwritten' | undefined, now: number): Publication => {
  if (wanted === undefined) {
    if (last === undefined) return 'keep';
    if (last === 'overwritten' || last.body !== undefined) return 'withdraw';
    return now - last.issuedAt > statementLifetimeMs + clockSkewMs ? 'remove' : 'keep';
  }
  if (last === undefined || last === 'overwritten' || last.body !== wanted) return 'state';
  const age = now - last.issuedAt;
  return age >= -clockSkewMs && age < statementLifetimeMs / 2 ? 'keep' : 'state';
};
