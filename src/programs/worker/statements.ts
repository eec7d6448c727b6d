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
  /** What one cluster says about all subjects of a kind, for example its nodes. */
  by<K extends StatementKind>(kind: K, cluster: string): readonly Statement<K>[];
  /** Names of all clusters that said something of a kind. */
  clusters(kind: StatementKind): Iterable<string>;
  /** The node that has a tunnel key. */
  keyOwner(publicKey: string): { readonly cluster: string; readonly node: string } | undefined;
  put(statement: Statement): void;
  drop(kind: StatementKind, cluster: string, subject: string): void;
}

/** Two-level map that forgets empty levels. */
const createIndex = () => {
  const levels = new Map<string, Map<string, Statement>>();
  return {
    levels,
    values: (outer: string): Statement[] => [...(levels.get(outer)?.values() ?? [])],
    set: (outer: string, inner: string, statement: Statement): void => {
      const level = levels.get(outer) ?? new Map<string, Statement>();
      levels.set(outer, level.set(inner, statement));
    },
    remove: (outer: string, inner: string): void => {
      const level = levels.get(outer);
      level?.delete(inner);
      if (level?.size === 0) levels.delete(outer);
    },
  };
};

/** An empty set of statements, indexed by subject, by cluster and by tunnel key, so that a change costs what it concerns and not the whole slice. */
export const createStatements = (): Statements => {
  const bySubject = createIndex();
  const byCluster = createIndex();
  const keys = new Map<string, { readonly cluster: string; readonly node: string }>();
  const handlers = new Set<(change: StatementChange) => void>();
  const at = (kind: StatementKind, name: string): string => `${kind}/${name}`;
  const get = (kind: StatementKind, cluster: string, subject: string): Statement | undefined =>
    bySubject.levels.get(at(kind, subject))?.get(cluster);

  const forget = (kind: StatementKind, cluster: string, subject: string): boolean => {
    const before = get(kind, cluster, subject);
    if (before === undefined) return false;
    bySubject.remove(at(kind, subject), cluster);
    byCluster.remove(at(kind, cluster), subject);
    if ('publicKey' in before.body) keys.delete(before.body.publicKey);
    return true;
  };
  const tell = (change: StatementChange): void => {
    for (const handler of handlers) handler(change);
  };

  return {
    get: <K extends StatementKind>(kind: K, cluster: string, subject: string) => get(kind, cluster, subject) as Statement<K> | undefined,
    about: <K extends StatementKind>(kind: K, subject: string) => bySubject.values(at(kind, subject)) as unknown as Statement<K>[],
    by: <K extends StatementKind>(kind: K, cluster: string) => byCluster.values(at(kind, cluster)) as unknown as Statement<K>[],
    clusters: (kind) => [...byCluster.levels.keys()].flatMap((name) => (name.startsWith(`${kind}/`) ? [name.slice(kind.length + 1)] : [])),
    keyOwner: (publicKey) => keys.get(publicKey),
    put: (statement) => {
      const { kind, cluster, subject } = statement;
      forget(kind, cluster, subject);
      bySubject.set(at(kind, subject), cluster, statement);
      byCluster.set(at(kind, cluster), subject, statement);
      if ('publicKey' in statement.body) keys.set(statement.body.publicKey, { cluster, node: statement.body.node });
      tell(statement);
    },
    drop: (kind, cluster, subject) => {
      if (forget(kind, cluster, subject)) tell({ kind, cluster, subject });
    },
    subscribe: (handler) => {
      handlers.add(handler);
      for (const level of bySubject.levels.values()) for (const statement of level.values()) handler(statement);
      return () => handlers.delete(handler);
    },
  };
};
