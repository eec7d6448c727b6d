import type { NoticeSpec } from '../../api/notice/type.ts';
import { parseCanonicalJson } from '../../values/text/canonical-json.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { createEntry } from '../ledger/entry.ts';
import { entryOf, type Ledger, withEntry } from '../ledger/ledger.ts';
import { state } from '../ledger/state.ts';
import { concerns, readStatement } from '../statement/statement.ts';
import { statementLifetimeMs } from '../trust/lifetime.ts';

/**
 * The ledger with a notice that this cluster accepted and stored before: after a restart it counts as the latest statement about its subject,
 * whatever the board shows. Its signature was verified then; `revise` judges whether it is still in force.
 * @returns undefined for a notice that cannot be read, belongs to another slice, or comes from a cluster whose authority is no longer pinned because
 * an administrator ran `kubeslice trust forget`.
 */
export const recall = (ledger: Ledger, notice: NoticeSpec, since: number, context: ExchangeContext): Ledger | undefined => {
  const stated = read(notice.statement);
  if (stated === undefined || !concerns(stated, context) || stated.cluster !== notice.cluster) return undefined;
  if (context.pinned(stated.cluster) === undefined) return undefined;
  if ((entryOf(ledger, stated)?.stated.serial ?? 0) >= stated.serial) return ledger;
  const digest = sha256Hex(Buffer.from(notice.statement, 'utf8'));
  const expiresAt = Math.min(Date.parse(stated.expiresAt), context.now + statementLifetimeMs);
  return withEntry(ledger, stated, createEntry(stated, digest, expiresAt, context.pods), since);
};

/**
 * The ledger with a notice of the own cluster that an earlier run signed: it stays in force until this cluster withdraws it.
 * @returns undefined for a notice that cannot be read or belongs to another slice.
 */
export const restate = (ledger: Ledger, notice: NoticeSpec, { sliceUID, now }: ExchangeContext): Ledger | undefined => {
  const stated = read(notice.statement);
  return stated === undefined || stated.sliceUID !== sliceUID || stated.cluster !== notice.cluster ? undefined : state(ledger, stated, now);
};

const read = (text: string) => {
  try {
    const stated = readStatement(parseCanonicalJson(text));
    return typeof stated === 'string' ? undefined : stated;
  } catch {
    return undefined;
  }
};
