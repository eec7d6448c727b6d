import { expire, revise } from '../../../exchange/judgement/revise.ts';
import { watching } from '../../../loop/watching.ts';
import type { Session } from '../session/session.ts';
import { exchangeContext } from './exchange-context.ts';
import type { KeptNotices } from './kept-notices.ts';

/** How often statements are compared with their expiry, in milliseconds. */
const expiryEveryMs = 30_000;

/** Key for the check of expiry; the other keys are names of clusters, which have no dots. */
const expiry = '.expiry';

/**
 * Ends what is no longer delegated as soon as the context changes: an ended membership, revoked blocks or namespaces, elapsed time. The key is the
 * cluster.
 */
export const revision = (session: Session, kept: KeptNotices) => {
  const clusters = (): string[] => [...session.ledger().clusters.keys()].filter((cluster) => cluster !== session.hub.cluster);
  return {
    name: 'revision',
    resync: { everyMs: expiryEveryMs, keys: () => [expiry] },
    watches: [
      watching(session.members, ({ object }) => (object.spec.cluster === session.hub.cluster ? [] : [object.spec.cluster])),
      watching(session.grantChanges, clusters),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      if (key !== expiry) {
        const { ledger, changes } = revise(session.ledger(), key, exchangeContext(session));
        session.statements.become(ledger, changes);
        return;
      }
      const { ledger, changes, forgotten } = expire(session.ledger(), exchangeContext(session));
      session.statements.become(ledger, changes);
      for (const ref of forgotten) await kept.forget(ref, signal);
    },
  };
};
