import { maxStatementBytes } from '../../api/notice/schema.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Root } from '../../identity/root.ts';
import { overlapping, predecessorsOf, successorsOf } from '../../identity/rotation.ts';
import { Failure } from '../../values/failure.ts';
import type { StatementRefusal } from '../../values/statement-refusal.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { isRevoked, untilRevoked } from './authority-orders.ts';
import { decideRoot } from './root-decision.ts';
import { verifyStatement } from './verify.ts';

/** The authority to verify a notice with. */
export interface Prover {
  readonly root: Root;
  /** Certificate to pin for the cluster, PEM, if the statement verifies under `root` and is accepted. */
  readonly pin?: string;
}

/** The certificate in a statement about a cluster, unverified. */
export const offeredBy = (text: string): string | undefined => {
  if (text.length > maxStatementBytes) return undefined;
  try {
    const { body } = JSON.parse(text) as { body?: { caCertificate?: unknown } };
    return typeof body?.caCertificate === 'string' ? body.caCertificate : undefined;
  } catch {
    return undefined;
  }
};

/** Whom {@link proverOf} needs: the notice, and how to verify it with an authority. */
type Verifies = (root: Root) => boolean;

/**
 * Who signed a notice without a certificate in it: the pinned authority, and after a rotation the one after it, or the one before it while both count.
 * A farewell names no authority, so a cluster that rotated and left is followed by the rotations alone.
 */
const signerAround = (pinned: Root, notice: NoticeSpec, context: ExchangeContext, verifies: Verifies): Root => {
  const orders = context.orders(notice.cluster);
  if (notice.kind === 'Cluster') {
    const after = notice.rotations === undefined || verifies(pinned) ? [] : untilRevoked(successorsOf(pinned, notice.rotations), orders);
    return after.findLast(verifies) ?? pinned;
  }
  const rotations = context.rotations(notice.cluster);
  if (rotations.length === 0 || verifies(pinned)) return pinned;
  return untilRevoked(overlapping(pinned, rotations, context.now), orders).find(verifies) ?? pinned;
};

/**
 * The authority to verify a notice with: the pinned one, or, for a statement of a cluster about itself, the one in that statement; `undefined` while
 * none is known.
 * A root is pinned only when its own key signed the statement, or when the old root signed it and so endorses the new one. In place of a known root it
 * is pinned only when that root endorses it: in the statement, or by rotations beside it.
 */
export const proverOf = (notice: NoticeSpec, context: ExchangeContext): Prover | StatementRefusal | undefined => {
  const owner = { cluster: notice.cluster, project: context.project };
  const orders = context.orders(notice.cluster);
  let text = context.pinned(notice.cluster);
  let pinned: Root | undefined;
  try {
    pinned = text === undefined ? undefined : context.readRoot(text, owner);
  } catch (error) {
    return { code: 'AuthorityChanged', message: Failure.from(error).message };
  }
  if (pinned !== undefined && isRevoked(orders, pinned)) pinned = text = undefined;
  const offered = notice.kind === 'Cluster' ? offeredBy(notice.statement) : undefined;
  const expected = { kind: notice.kind, subject: notice.subject, slice: context.slice, sliceUID: context.sliceUID };
  const verifies: Verifies = (root) => verifyStatement(notice, root, expected, context.now).ok;
  if (offered === undefined) return pinned === undefined ? undefined : { root: signerAround(pinned, notice, context, verifies) };
  const endorsed = pinned !== undefined && pinned.certificate !== offered && verifies(pinned);
  const rotated = !endorsed && pinned !== undefined && leadTo(pinned, offered, notice, context);
  const question = {
    ...owner,
    pinned: text,
    offered,
    endorsed: endorsed || rotated,
    orders,
    before: () => untilRevoked(predecessorsIn(notice, offered, context), orders),
    departed: context.departed(notice.cluster),
  };
  const decision = decideRoot(question, context.readRoot);
  if (decision.action === 'refuse') {
    // The cluster has not published its new authority in this slice yet.
    const before = pinned === undefined ? [] : untilRevoked(overlapping(pinned, context.rotations(notice.cluster), context.now), orders);
    const root = before.find((one) => isKeyOf(one, offered, context) && verifies(one));
    return root === undefined ? { code: decision.code, message: decision.message } : { root };
  }
  if (decision.action === 'keep') return { root: decision.root };
  return { root: endorsed && pinned !== undefined ? pinned : decision.root, pin: decision.root.certificate };
};

/** Whether the rotations beside a statement lead from the pinned authority to the one that it names. */
const leadTo = (pinned: Root, offered: string, { rotations = [] }: NoticeSpec, context: ExchangeContext): boolean => {
  const after = rotations.length === 0 || pinned.certificate === offered ? [] : successorsOf(pinned, rotations);
  return untilRevoked(after, context.orders(pinned.cluster)).some((root) => isKeyOf(root, offered, context));
};

/** The authorities that the one in a statement replaced, by the rotations beside it. */
const predecessorsIn = (
  { cluster, rotations = [] }: NoticeSpec,
  offered: string,
  { project, readRoot }: ExchangeContext,
): readonly Root[] => (rotations.length === 0 ? [] : predecessorsOf(readRoot(offered, { cluster, project }), rotations));

/** Whether a certificate (PEM) is that of an authority with the key of `root`. */
const isKeyOf = (root: Root, certificate: string, { readRoot }: ExchangeContext): boolean => {
  try {
    return readRoot(certificate, root).publicKey.equals(root.publicKey);
  } catch {
    return false;
  }
};
