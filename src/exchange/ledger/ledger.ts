import type { StatementKind } from '../../api/notice/type.ts';
import { type Cidr, parseCidr } from '../../values/address/cidr.ts';
import type { ExportEndpoint } from '../statement/export.ts';
import { isAbout, isTombstone, type Statement } from '../statement/statement.ts';
import type { Entry } from './entry.ts';
import { type NodeBlock, withNodeBlocks } from './node-blocks.ts';

/** All statements of one cluster in the slice. */
export interface ClusterLedger {
  readonly entries: Readonly<Record<StatementKind, ReadonlyMap<string, Entry>>>;
  /** How many of them are in force. */
  readonly used: Readonly<Record<StatementKind, number>>;
  /** Blocks that belong to the cluster, used or not, ascending: those of its latest claim, until it gives them up. */
  readonly owned: readonly Cidr[];
  /** Statements of the cluster with a lower serial ended for good, because the cluster left the slice after them. */
  readonly floor: number;
  /** Node by tunnel key, of the statements in force. */
  readonly keys: ReadonlyMap<string, string>;
  /** Blocks of the nodes, of the statements in force. */
  readonly nodeBlocks: readonly NodeBlock[];
  /** When this cluster first accepted one of its statements, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * What a member has accepted in one slice: an immutable value. `accept`, `recall`, `state` and `revise` return the next one.
 * The own cluster is part of it like the others, so that one rule covers blocks, keys and names of all.
 */
export interface Ledger {
  readonly clusters: ReadonlyMap<string, ClusterLedger>;
}

/** Names a statement: author and subject. */
export interface StatementRef {
  readonly kind: StatementKind;
  readonly cluster: string;
  readonly subject: string;
}

/** The text of a reference, for use as a key: `<kind>/<cluster>/<subject>`. */
export const refKey = ({ kind, cluster, subject }: StatementRef): string => `${kind}/${cluster}/${subject}`;

/** The ledger before the first notice. */
export const emptyLedger: Ledger = { clusters: new Map() };

const nothing: ClusterLedger = {
  entries: { Cluster: new Map(), Node: new Map(), Export: new Map(), Endpoints: new Map(), Links: new Map() },
  used: { Cluster: 0, Node: 0, Export: 0, Endpoints: 0, Links: 0 },
  owned: [],
  floor: 0,
  keys: new Map(),
  nodeBlocks: [],
  since: Number.POSITIVE_INFINITY,
};

/** The statements of a cluster; empty for an unknown cluster. */
export const clusterOf = (ledger: Ledger, cluster: string): ClusterLedger => ledger.clusters.get(cluster) ?? nothing;

/** The latest entry about a subject, in force or not. */
export const entryOf = (ledger: Ledger, { kind, cluster, subject }: StatementRef): Entry | undefined =>
  clusterOf(ledger, cluster).entries[kind].get(subject);

const inForce = <K extends StatementKind>(entry: Entry | undefined, kind: K): Statement<K> | undefined => {
  if (entry?.inForce !== true || isTombstone(entry.stated)) return undefined;
  return isAbout(entry.stated, kind) ? entry.stated : undefined;
};

/** The statement in force about a subject. */
export const statementOf = <K extends StatementKind>(ledger: Ledger, kind: K, cluster: string, subject: string): Statement<K> | undefined =>
  inForce(entryOf(ledger, { kind, cluster, subject }), kind);

/** The statements of one kind of a cluster that are in force. */
export const statementsBy = <K extends StatementKind>(ledger: Ledger, kind: K, cluster: string): Statement<K>[] =>
  [...clusterOf(ledger, cluster).entries[kind].values()].flatMap((entry) => inForce(entry, kind) ?? []);

/** The endpoints in force of a statement about an export, or about more endpoints of it; undefined when it is not in force. */
export const endpointsIn = (ledger: Ledger, { kind, cluster, subject }: StatementRef): readonly ExportEndpoint[] | undefined =>
  kind === 'Export' || kind === 'Endpoints' ? statementOf(ledger, kind, cluster, subject)?.body.endpoints : undefined;

/** The statements of all clusters about a subject, in force, ordered by cluster name. */
export const statementsAbout = <K extends StatementKind>(ledger: Ledger, kind: K, subject: string): Statement<K>[] =>
  [...ledger.clusters.keys()].toSorted().flatMap((cluster) => statementOf(ledger, kind, cluster, subject) ?? []);

/** The node, other than `except`, that has a tunnel key by the statements in force. */
export const keyOwner = (ledger: Ledger, publicKey: string, except: NodeRef): NodeRef | undefined => {
  for (const [cluster, { keys }] of ledger.clusters) {
    const node = keys.get(publicKey);
    if (node !== undefined && (cluster !== except.cluster || node !== except.node)) return { cluster, node };
  }
  return undefined;
};

/** Names a node of a cluster. */
interface NodeRef {
  readonly cluster: string;
  readonly node: string;
}

/** The ledger with another entry about a subject, or without one. Cost: the statements of this kind of this cluster. */
export const withEntry = (ledger: Ledger, { kind, cluster, subject }: StatementRef, entry: Entry | undefined, now: number): Ledger =>
  withEntries(ledger, { kind, cluster }, new Map([[subject, entry]]), now);

/** The ledger with entries about many subjects, at the cost of one. */
export const withEntries = (
  ledger: Ledger,
  { kind, cluster }: Omit<StatementRef, 'subject'>,
  changes: ReadonlyMap<string, Entry | undefined>,
  now: number,
): Ledger => {
  const before = clusterOf(ledger, cluster);
  const entries = new Map(before.entries[kind]);
  let used = before.used[kind];
  for (const [subject, entry] of changes) {
    used += Number(entry?.inForce ?? false) - Number(entries.get(subject)?.inForce ?? false);
    if (entry === undefined) entries.delete(subject);
    else entries.set(subject, entry);
  }
  const after: ClusterLedger = {
    ...before,
    entries: { ...before.entries, [kind]: entries },
    used: { ...before.used, [kind]: used },
    since: Math.min(before.since, now),
    ...(kind === 'Cluster' ? claimOf(before, entries.get(cluster)) : {}),
    ...(kind === 'Node' ? nodesWith(before, changes) : {}),
  };
  const clusters = new Map(ledger.clusters);
  if (Object.values(after.entries).every((subjects) => subjects.size === 0)) clusters.delete(cluster);
  else clusters.set(cluster, after);
  return { clusters };
};

const claimOf = ({ floor }: ClusterLedger, entry: Entry | undefined): Pick<ClusterLedger, 'owned' | 'floor'> => {
  if (entry === undefined) return { owned: [], floor };
  const { stated, owns } = entry;
  if (isTombstone(stated)) return { owned: owns, floor: Math.max(floor, stated.serial) };
  return { owned: owns, floor: Math.max(floor, (isAbout(stated, 'Cluster') ? stated.body.floor : undefined) ?? 0) };
};

const nodesWith = (before: ClusterLedger, changes: ReadonlyMap<string, Entry | undefined>): Pick<ClusterLedger, 'keys' | 'nodeBlocks'> => {
  const keys = new Map(before.keys);
  const blocks = new Map<string, readonly Cidr[]>();
  for (const [node, entry] of changes) {
    const old = inForce(before.entries.Node.get(node), 'Node')?.body;
    const next = inForce(entry, 'Node')?.body;
    if (old !== undefined && keys.get(old.publicKey) === node) keys.delete(old.publicKey);
    if (next !== undefined) keys.set(next.publicKey, node);
    if (old?.blocks.join() !== next?.blocks.join()) blocks.set(node, (next?.blocks ?? []).map(parseCidr));
  }
  return { keys, nodeBlocks: withNodeBlocks(before.nodeBlocks, blocks) };
};
