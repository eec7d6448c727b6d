import { emptyLedger, type Ledger, type StatementRef } from '../../../exchange/ledger/ledger.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';

/** The current ledger of one slice. Emits the statements that came into force, changed, or ended. */
export interface Belief extends Source<StatementRef> {
  ledger(): Ledger;
  /** Replaces the ledger and emits the changes. */
  become(ledger: Ledger, changes: readonly StatementRef[]): void;
}

/** An empty ledger. */
export const createBelief = (): Belief => {
  let current = emptyLedger;
  const { emit, subscribe } = createEmitter(() => refsIn(current));
  return {
    ledger: () => current,
    become: (ledger, changes) => {
      current = ledger;
      for (const change of changes) emit(change);
    },
    subscribe,
  };
};

const refsIn = ({ clusters }: Ledger): StatementRef[] =>
  [...clusters].flatMap(([cluster, { entries }]) =>
    (Object.entries(entries) as [StatementRef['kind'], ReadonlyMap<string, unknown>][]).flatMap(([kind, subjects]) =>
      [...subjects.keys()].map((subject) => ({ kind, cluster, subject })),
    ),
  );
