import type { Statement } from '../../api/notice/statement.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import type { Source } from '../../loop/source.ts';

/** Which statement changed. */
export interface StatementChange {
  readonly kind: StatementKind;
  readonly cluster: string;
  readonly subject: string;
}

/** The statements that hold in one slice: verified ones of the others, and this cluster's own. */
export interface Statements extends Source<StatementChange> {
  get<K extends StatementKind>(kind: K, cluster: string, subject: string): Statement<K> | undefined;
  /** What all clusters say about a subject, for example who offers a service. */
  about<K extends StatementKind>(kind: K, subject: string): readonly Statement<K>[];
  /** Everything of a kind. */
  all<K extends StatementKind>(kind: K): readonly Statement<K>[];
  put(statement: Statement): void;
  drop(kind: StatementKind, cluster: string, subject: string): void;
}

/** An empty set of statements. Indexed by subject, so that a change costs what it concerns and not the whole slice. */
export const createStatements = (): Statements => {
  const bySubject = new Map<string, Map<string, Statement>>();
  const handlers = new Set<(change: StatementChange) => void>();
  const key = (kind: StatementKind, subject: string): string => `${kind}/${subject}`;
  const tell = (change: StatementChange): void => {
    for (const handler of handlers) handler(change);
  };
  const values = function* (kind: StatementKind): Generator<Statement> {
    for (const [name, clusters] of bySubject) if (name.startsWith(`${kind}/`)) yield* clusters.values();
  };
  return {
    get: <K extends StatementKind>(kind: K, cluster: string, subject: string) =>
      bySubject.get(key(kind, subject))?.get(cluster) as Statement<K> | undefined,
    about: <K extends StatementKind>(kind: K, subject: string) =>
      [...(bySubject.get(key(kind, subject))?.values() ?? [])] as unknown as Statement<K>[],
    all: <K extends StatementKind>(kind: K) => [...values(kind)] as unknown as Statement<K>[],
    put: (statement) => {
      const name = key(statement.kind, statement.subject);
      const clusters = bySubject.get(name) ?? new Map<string, Statement>();
      clusters.set(statement.cluster, statement);
      bySubject.set(name, clusters);
      tell(statement);
    },
    drop: (kind, cluster, subject) => {
      const name = key(kind, subject);
      const clusters = bySubject.get(name);
      if (clusters?.delete(cluster) !== true) return;
      if (clusters.size === 0) bySubject.delete(name);
      tell({ kind, cluster, subject });
    },
    subscribe: (handler) => {
      handlers.add(handler);
      for (const clusters of bySubject.values()) for (const statement of clusters.values()) handler(statement);
      return () => handlers.delete(handler);
    },
  };
};
