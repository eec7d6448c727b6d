import type { NoticeSpec } from '../../api/notice/type.ts';
import type { StatementRefusal } from '../../values/statement-refusal.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { createEntry, type Entry } from '../ledger/entry.ts';
import { entryOf, type Ledger, refKey, type StatementRef, withEntry } from '../ledger/ledger.ts';
import { readNotice } from '../notice/notice.ts';
import { isTombstone } from '../statement/statement.ts';
import { proverOf } from '../trust/prover.ts';
import { expired, type Verified, verifyStatement } from '../trust/verify.ts';
import { tooManyKept } from './budget.ts';
import { revise } from './revise.ts';
import { isExpired, notDelegated } from './standing.ts';

/** What follows from a notice. */
export interface Outcome {
  readonly ledger: Ledger;
  /** Why the notice is not used; undefined when it is used or known already. */
  readonly refusal?: StatementRefusal;
  /** Keys of what must change before a refused notice can become acceptable; `DelegationRefusal` lists their forms. */
  readonly waitsFor?: readonly string[];
  /**
   * Certificate to pin for the cluster, PEM. The outcome is valid only after the pin is stored. Judge the notice again with the previous pin: an
   * authority that names its successor signed the notice itself.
   */
  readonly pin?: string;
  /** The notice is a tombstone that counts. Store it before acting on it, or a crash would undo the end. */
  readonly isEnd?: true;
  /** Statements that came into force, changed, or ended. */
  readonly changes: readonly StatementRef[];
}

/**
 * Judges a notice, in one synchronous step.
 *
 * ```
 * notice                                                        then
 * of the own cluster                                            nothing: it publishes these itself
 * form, signature, claims or lifetime wrong                     refused; what was in force stays
 * older than the latest one about its subject                   refused; what was in force stays
 * the latest one itself                                         nothing, or in force again when it may be now
 * a tombstone                                                   the subject ends; about a cluster: everything of it ends (farewell)
 * of a cluster that is no member, or no longer                  refused; `revise` ended what was in force
 * outside what was delegated, waiting for another               refused; what was in force stays until that is clear
 * outside what was delegated, by itself                         refused; the subject ends, since its author no longer states what was in force
 * otherwise                                                     in force
 * ```
 * A missing notice ends nothing, because a hostile hub could remove it. The statement stays in force until it expires.
 */
export const accept = (ledger: Ledger, shown: NoticeSpec, context: ExchangeContext): Outcome => {
  const same = { ledger, changes: [] };
  const notice = readNotice(shown);
  if (typeof notice === 'string') return { ...same, refusal: { code: 'Malformed', message: `A notice cannot be read: ${notice}.` } };
  if (notice.cluster === context.cluster) return same;
  const ref: StatementRef = { kind: notice.kind, cluster: notice.cluster, subject: notice.subject };
  const prover = proverOf(notice, context);
  const claimKey = refKey({ ...ref, kind: 'Cluster', subject: ref.cluster });
  if (prover === undefined) {
    const refusal: StatementRefusal = { code: 'ClusterUnknown', message: `Cluster "${ref.cluster}" has not published its authority yet.` };
    return { ...same, refusal, waitsFor: [claimKey] };
  }
  if (!('root' in prover)) return { ...same, refusal: prover, waitsFor: [`Authority/${ref.cluster}`] };
  const verified = verifyStatement(notice, prover.root, { ...ref, slice: context.slice, sliceUID: context.sliceUID }, context.now);
  // The signer may be another authority that is about to be pinned together with the cluster's claim.
  if (!verified.ok) return { ...same, refusal: verified, waitsFor: verified.code === 'BadSignature' ? [claimKey] : [] };
  const latest = entryOf(ledger, ref);
  const replay = latest === undefined ? undefined : replayOf(ref, verified, latest);
  if (replay !== undefined) return { ...same, refusal: replay };
  const isNews = latest?.digest !== verified.digest;
  if (!isNews && (latest.inForce || isTombstone(latest.stated))) return same;

  const { stated, digest } = verified;
  // Receiving a statement again does not extend it.
  const expiresAt = isNews ? verified.expiresAt : Math.min(latest.expiresAt, verified.expiresAt);
  const entry = createEntry(stated, digest, expiresAt, context.pods);
  const pin = prover.pin === undefined ? {} : { pin: prover.pin };
  if (isTombstone(stated)) {
    const refusal = tooManyKept(ref, ledger);
    return refusal === undefined
      ? { ...become(ledger, ref, entry, context), ...pin, isEnd: true }
      : { ...same, refusal, waitsFor: refusal.waitsFor };
  }
  if (isExpired(entry, context)) return { ...same, refusal: expired(ref, stated) };
  const refusal = notDelegated(stated, ledger, context);
  if (refusal === undefined) return { ...become(ledger, ref, { ...entry, inForce: true }, context), ...pin };
  if (refusal.waitsFor.length > 0 || latest === undefined || !isNews) return { ...same, refusal, waitsFor: refusal.waitsFor };
  return { ...become(ledger, ref, entry, context), refusal };
};

/** The ledger with the entry, and with its effect on others: a cluster's other statements must lie inside its claim. */
const become = (ledger: Ledger, ref: StatementRef, entry: Entry, context: ExchangeContext): Outcome => {
  const next = withEntry(ledger, ref, entry, context.now);
  if (ref.kind !== 'Cluster') return { ledger: next, changes: [ref] };
  const revised = revise(next, ref.cluster, context);
  return { ledger: revised.ledger, changes: [ref, ...revised.changes] };
};

const replayOf = (ref: StatementRef, verified: Verified, latest: Entry): StatementRefusal | undefined => {
  const { serial } = verified.stated;
  const before = latest.stated.serial;
  if (serial > before || (serial === before && verified.digest === latest.digest)) return undefined;
  return {
    code: 'SerialNotHigher',
    message: `The statement of cluster "${ref.cluster}" about ${ref.kind} "${ref.subject}" has serial ${serial}, but ${before} was accepted before; an older statement was replayed, or that cluster was restored from a copy.`,
  };
};
