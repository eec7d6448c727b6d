import { emptyLedger, type Ledger, type StatementRef } from '../../exchange/ledger.ts';
import type { Source } from '../../loop/source.ts';

/** What this cluster believes of one slice, as it is now. Emits the statements that came into force, changed, or ended. */
export interface Belief extends Source<StatementRef> {
  ledger(): Ledger;
  /** Replaces the ledger and emits the changes. */
  become(ledger: Ledger, changes: readonly StatementRef[]): void;
}

/** Nothing is believed yet. */
export const createBelief = (): Belief => {
  let current = emptyLedger;
  const handlers = new Set<(change: StatementRef) => void>();
  return {
    ledger: () => current,
    become: (ledger, changes) => {
      current = ledger;
      for (const change of changes) for (const handler of handlers) handler(change);
    },
    subscribe: (handler) => {
      handlers.add(handler);
      for (const [cluster, { entries }] of current.clusters)
        for (const [kind, subjects] of Object.entries(entries) as [StatementRef['kind'], ReadonlyMap<string, unknown>][])
          for (const subject of subjects.keys()) handler({ kind, cluster, subject });
      return () => handlers.delete(handler);
    },
  };
};
