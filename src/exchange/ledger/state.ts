import { canonicalJson } from '../../values/text/canonical-json.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { isTombstone, type Stated } from '../statement/statement.ts';
import { createEntry } from './entry.ts';
import { type Ledger, type StatementRef, withEntry } from './ledger.ts';

/** The ledger with a statement or tombstone of the own cluster, which needs no judgement: it is in force as long as this cluster publishes it. */
export const state = (ledger: Ledger, stated: Stated, now: number): Ledger => {
  const ref: StatementRef = { kind: stated.kind, cluster: stated.cluster, subject: stated.subject };
  if (isTombstone(stated)) return withEntry(ledger, ref, undefined, now);
  const digest = sha256Hex(Buffer.from(canonicalJson(stated), 'utf8'));
  return withEntry(ledger, ref, { ...createEntry(stated, digest, Number.POSITIVE_INFINITY, undefined), inForce: true }, now);
};
