import { maxShards } from '../statement/export.ts';
import type { Statement } from '../statement/statement.ts';
import { type Ledger, statementOf } from './ledger.ts';

/** The statements in force about more endpoints of the export `<namespace>/<name>` of a cluster, ordered by shard number. */
export const shardsOf = (ledger: Ledger, cluster: string, subject: string): Statement<'Endpoints'>[] =>
  Array.from({ length: maxShards }, (_, index) => statementOf(ledger, 'Endpoints', cluster, `${subject}/${index + 1}`)).filter(
    (shard) => shard !== undefined,
  );
