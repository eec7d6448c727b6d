import { maxStatementBytes } from '../../api/notice/schema.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Root } from '../../identity/root.ts';
import { Failure } from '../../values/failure.ts';
import type { StatementRefusal } from '../../values/statement-refusal.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { decideRoot } from './root-decision.ts';
import { verifyStatement } from './verify.ts';

/** The authority to verify a notice with. */
export interface Prover {
  readonly root: Root;
  /** Certificate to pin for the cluster, PEM, if the statement verifies under `root` and is accepted. */
  readonly pin?: string;
}

/** The certificate in a statement about a cluster, unverified. */
const offeredBy = (text: string): string | undefined => {
  if (text.length > maxStatementBytes) return undefined;
  try {
    const { body } = JSON.parse(text) as { body?: { caCertificate?: unknown } };
    return typeof body?.caCertificate === 'string' ? body.caCertificate : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The authority to verify a notice with: the pinned one, or, for a statement of a cluster about itself, the one in that statement; `undefined` while
 * none is known.
 * A root is pinned only when its own key signed the statement, or when the old root signed it and so endorses the new one.
 */
export const proverOf = (notice: NoticeSpec, context: ExchangeContext): Prover | StatementRefusal | undefined => {
  const owner = { cluster: notice.cluster, project: context.project };
  const text = context.pinned(notice.cluster);
  let pinned: Root | undefined;
  try {
    pinned = text === undefined ? undefined : context.readRoot(text, owner);
  } catch (error) {
    return { code: 'AuthorityChanged', message: Failure.from(error).message };
  }
  const offered = notice.kind === 'Cluster' ? offeredBy(notice.statement) : undefined;
  if (offered === undefined) return pinned === undefined ? undefined : { root: pinned };
  const expected = { kind: notice.kind, subject: notice.subject, slice: context.slice, sliceUID: context.sliceUID };
  const verifies = (root: Root): boolean => verifyStatement(notice, root, expected, context.now).ok;
  const endorsed = pinned !== undefined && pinned.certificate !== offered && verifies(pinned);
  const question = { ...owner, pinned: text, offered, endorsed, departed: context.departed(notice.cluster) };
  const decision = decideRoot(question, context.readRoot);
  if (decision.action === 'refuse') return { code: decision.code, message: decision.message };
  if (decision.action === 'keep') return { root: decision.root };
  return { root: endorsed && pinned !== undefined ? pinned : decision.root, pin: decision.root.certificate };
};
