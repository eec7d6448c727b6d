import type { FailingExport, Statement, StatementBodies } from '../../api/notice/statement.ts';
import type { Notice, StatementKind } from '../../api/notice/type.ts';

type Shape = 'objects' | 'texts';

const listsOf: Readonly<Record<StatementKind, Readonly<Record<string, Shape>>>> = {
  Cluster: { blocks: 'texts' },
  Node: { endpoints: 'objects', blocks: 'texts', drivers: 'texts' },
  Export: { ports: 'objects', endpoints: 'objects' },
  Links: { links: 'objects', missingNodes: 'objects' },
};

const hasShape = (list: unknown, shape: Shape): boolean =>
  Array.isArray(list) && list.every((item) => (shape === 'texts' ? typeof item === 'string' : typeof item === 'object' && item !== null));

/** The failing exports in a report; what is not shaped like one is left out. */
export const failingExportsOf = (notice: Notice): readonly FailingExport[] => {
  const listed: unknown = readNotice(notice, 'Links')?.failingExports;
  if (!Array.isArray(listed)) return [];
  return listed.filter((each): each is FailingExport =>
    ['namespace', 'name', 'reason', 'message'].every((field) => typeof (each as Record<string, unknown> | null)?.[field] === 'string'),
  );
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
    const fields = body as unknown as Readonly<Record<string, unknown>>;
    return Object.entries(listsOf[kind]).every(([field, shape]) => hasShape(fields[field], shape)) ? body : undefined;
  } catch {
    return undefined;
  }
};
