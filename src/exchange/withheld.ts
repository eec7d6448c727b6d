import type { NoticeSpec } from '../api/notice/type.ts';
import { readJson } from '../values/read-json.ts';
import { entryOf, type Ledger, refKey, type StatementRef } from './ledger.ts';
import { readStatement } from './statement/statement.ts';

/** A statement that its author offers and the board does not show. */
export interface Withheld {
  readonly ref: StatementRef;
  readonly serial: number;
  /** Since when that is known, in milliseconds of a clock that does not go back. */
  readonly since: number;
}

/** What is known to be withheld, by `refKey`. */
export type WithheldStatements = ReadonlyMap<string, Withheld>;

/** The board may lag so far behind what members offer, in milliseconds: a write to the hub and its way to the readers take time. */
export const boardLagMs = 10_000;

const serialOf = (notice: NoticeSpec | undefined): number => {
  const stated = notice === undefined ? undefined : readStatement(readJson(notice.statement));
  return stated === undefined || typeof stated === 'string' ? 0 : stated.serial;
};

/**
 * What the board withholds of one cluster, after a further look. Only a statement counts that the cluster itself offered and that was accepted here: so it is
 * signed, and nobody can make the hub look worse than it is but the author, who may not publish what he offers.
 *
 * ```
 * known before   the board shows                 then
 * no             a lower serial, or nothing      it is, since now
 * yes            a lower serial, or nothing      it is, as long as before: a later statement of the author does not make it younger
 * yes            that serial, or a higher one    it is not
 * ```
 *
 * @param offered references that the cluster offered, since the board last showed the same as the cluster
 * @param shown what the board shows about a subject
 */
export const followWithheld = (
  before: WithheldStatements,
  offered: Iterable<StatementRef>,
  ledger: Ledger,
  shown: (ref: StatementRef) => NoticeSpec | undefined,
  now: number,
): WithheldStatements => {
  const after = new Map<string, Withheld>();
  for (const ref of offered) {
    const key = refKey(ref);
    const serial = entryOf(ledger, ref)?.stated.serial;
    if (serial === undefined) continue;
    const onBoard = serialOf(shown(ref));
    const known = before.get(key);
    if (known !== undefined && onBoard < known.serial) after.set(key, known);
    else if (onBoard < serial) after.set(key, { ref, serial, since: now });
  }
  return after;
};

/** Whether the board has withheld one of them for longer than a board lags. */
export const isWithholding = (withheld: WithheldStatements, now: number): boolean =>
  [...withheld.values()].some(({ since }) => now - since >= boardLagMs);
