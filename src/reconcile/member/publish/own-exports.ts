import { shardsOf } from '../../../exchange/ledger/export-shards.ts';
import { type StatementRef, statementOf } from '../../../exchange/ledger/ledger.ts';
import { type ExportBody, exportOfShard } from '../../../exchange/statement/export.ts';
import type { Session } from '../session/session.ts';

/** The statement of this cluster about an export, with the endpoints of all its shards. */
export const ownBody = (
  { ledger, hub }: Pick<Session, 'ledger'> & { readonly hub: Pick<Session['hub'], 'cluster'> },
  subject: string,
): ExportBody | undefined => {
  const body = statementOf(ledger(), 'Export', hub.cluster, subject)?.body;
  if (body === undefined) return undefined;
  const shards = shardsOf(ledger(), hub.cluster, subject);
  return { ...body, endpoints: [...body.endpoints, ...shards.flatMap((shard) => shard.body.endpoints)] };
};

/** The export of a statement about it, or about more endpoints of it. */
export const exportOf = ({ kind, subject }: Pick<StatementRef, 'kind' | 'subject'>): string =>
  kind === 'Export' ? subject : exportOfShard(subject);
