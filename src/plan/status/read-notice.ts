import type { Statement, StatementBodies } from '../../api/notice/statement.ts';
import type { Notice, StatementKind } from '../../api/notice/type.ts';

const listsOf: Readonly<Record<StatementKind, readonly string[]>> = {
  Cluster: ['blocks'],
  Node: ['endpoints', 'blocks', 'drivers'],
  Export: ['ports', 'endpoints'],
  Links: ['links', 'missingNodes'],
};

/**
 * What a notice says, if it can be read and says it about the cluster that it hangs there for.
 *
 * For showing only: signatures are not checked, since nothing is decided from it; members verify before they use a notice.
 */
export const readNotice = <K extends StatementKind>(notice: Notice, kind: K): StatementBodies[K] | undefined => {
  if (notice.spec.kind !== kind) return undefined;
  try {
    const statement = JSON.parse(notice.spec.statement) as Partial<Statement<K>>;
    const { body } = statement;
    if (statement.cluster !== notice.spec.cluster || typeof body !== 'object' || body === null) return undefined;
    return listsOf[kind].every((field) => Array.isArray((body as unknown as Record<string, unknown>)[field])) ? body : undefined;
  } catch {
    return undefined;
  }
};
