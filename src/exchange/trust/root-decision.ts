import type { Root } from '../../identity/root.ts';
import type { RootReader } from '../../identity/root-reader.ts';
import { Failure } from '../../values/failure.ts';
import type { StatementRefusal } from '../../values/statement-refusal.ts';
import { type AuthorityOrders, isMarked, isRevoked } from './authority-orders.ts';

/** The facts when a cluster shows its authority. */
export interface RootQuestion {
  readonly cluster: string;
  readonly project: string;
  /** The pinned certificate of the cluster, PEM; `undefined` for a cluster seen for the first time. */
  readonly pinned: string | undefined;
  /** The certificate that the cluster shows now, PEM. */
  readonly offered: string;
  /** True when the pinned authority names `offered`: in a `Cluster` statement that it signed, or by rotations. */
  readonly endorsed: boolean;
  /** What administrators of this cluster ordered about it. */
  readonly orders: AuthorityOrders;
  /** The authorities that `offered` replaced, by rotations that both signed. */
  readonly before: () => readonly Root[];
  /** True when the cluster left with a statement that the pinned authority signed: that authority no longer signs for it. */
  readonly departed: boolean;
}

/** The authority to verify the cluster with from now on, and whether it must be stored first. */
export type RootDecision =
  | { readonly action: 'keep' | 'pin' | 'replace'; readonly root: Root }
  | ({ readonly action: 'refuse' /** What stays pinned, if it can be read. */; readonly root: Root | undefined } & StatementRefusal);

/**
 * Decides which authority to accept for a cluster.
 *
 * ```
 * pinned      offered                    then
 * any         one that is revoked here   refuse, and go on with what is pinned
 * nothing     anything valid             pin it (trust on first use; people who care compare fingerprints)
 * nothing     the accepted one, or one   pin it; when an administrator accepted one, or revoked the one before, nothing else is pinned
 *             to which it was rotated
 * A           A                          keep
 * A           B, endorsed by A           replace
 * A           B, after a farewell of A   replace
 * A           B                          refuse, and go on with A
 * any         not valid                  refuse, and go on with what is pinned
 * ```
 *
 * The hub can show any certificate. Only the old authority or an administrator of this cluster can make it count.
 */
export const decideRoot = (question: RootQuestion, readRoot: RootReader): RootDecision => {
  let pinned: Root | undefined;
  let offered: Root;
  try {
    pinned = question.pinned === undefined ? undefined : readRoot(question.pinned, question);
    offered = readRoot(question.offered, question);
  } catch (error) {
    return { action: 'refuse', root: pinned, code: 'AuthorityChanged', message: Failure.from(error).message };
  }
  const { cluster, orders } = question;
  if (isRevoked(orders, offered)) {
    const message = `Cluster "${cluster}" presents the authority ${offered.fingerprint}, which an administrator of this cluster revoked; it is not used until somebody runs "kubeslice trust accept ${cluster} FINGERPRINT --context <this cluster>" with the one that counts.`;
    return { action: 'refuse', root: pinned, code: 'AuthorityRevoked', message };
  }
  if (pinned === undefined) {
    const { accepted } = orders;
    if (accepted === undefined) return { action: 'pin', root: offered };
    if ('fingerprint' in accepted && [offered, ...question.before()].some((root) => isMarked(accepted, root)))
      return { action: 'pin', root: offered };
    const why = 'fingerprint' in accepted ? `has accepted ${accepted.fingerprint} only` : 'revoked the one before and has accepted none';
    const message = `Cluster "${cluster}" presents the authority ${offered.fingerprint}, but an administrator of this cluster ${why}; if its administrator confirms the new one, run "kubeslice trust accept ${cluster} ${offered.fingerprint} --context <this cluster>".`;
    return { action: 'refuse', root: undefined, code: 'AuthorityChanged', message };
  }
  if (pinned.fingerprint === offered.fingerprint) return { action: 'keep', root: pinned };
  if (question.endorsed || question.departed) return { action: 'replace', root: offered };
  return {
    action: 'refuse',
    root: pinned,
    code: 'AuthorityChanged',
    message: `Cluster "${question.cluster}" presents the authority ${offered.fingerprint}, but ${pinned.fingerprint} is pinned for it here; if its administrator confirms the new one, run "kubeslice trust accept ${question.cluster} ${offered.fingerprint} --context <this cluster>".`,
  };
};
