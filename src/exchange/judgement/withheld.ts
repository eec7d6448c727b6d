import type { NoticeSpec } from '../../api/notice/type.ts';
import { readJson } from '../../values/text/read-json.ts';
import { entryOf, type Ledger, refKey, type StatementRef } from '../ledger/ledger.ts';
import { readStatement } from '../statement/statement.ts';

/** A statement that its author offers and the board does not show. */
export interface Withheld {
  readonly ref: StatementRef;
  readonly serial: number;
  /** Since when this is known, in milliseconds of a monotonic clock. */
  readonly since: number;
}

/** The known withheld statements, by `refKey`. */
export type WithheldStatements = ReadonlyMap<string, Withheld>;

/** How far the board may lag behind the members, in milliseconds: a write to the hub takes time to reach the readers. */
export const boardLagMs = 10_000;

const serialOf = (notice: NoticeSpec | undefined): number => {
  const stated = notice === undefined ? undefined : readStatement(readJson(notice.statement));
  return stated === undefined || typeof stated === 'string' ? 0 : stated.serial;
};

/**
 * What the board withholds of one cluster, after another comparison. A statement counts only if the cluster itself offered it and this cluster
 * accepted it. So only the author can make the hub appear worse than it is, by offering a statement that it does not publish.
 *
 * ```
 * known before   the board shows                 then
 * no             a lower serial, or nothing      it is, since now
 * yes            a lower serial, or nothing      it is, since the same time: a later statement of the author does not reset it
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

/** Whether the board has withheld one of them for longer than {@link boardLagMs}. */
export const isWithholding = (withheld: WithheldStatements, now: number): boolean =>
  [...withheld.values()].some(({ since }) => now - since >= boardLagMs);
