import type { NoticeSpec, StatementKind } from '../../src/api/notice/type.ts';
import { accept, type Outcome } from '../../src/exchange/judgement/accept.ts';
import { recall } from '../../src/exchange/judgement/recall.ts';
import { expire, type Revision, revise } from '../../src/exchange/judgement/revise.ts';
import type { ExchangeContext, MemberGrant } from '../../src/exchange/ledger/context.ts';
import { emptyLedger, entryOf, type Ledger, refKey, statementOf } from '../../src/exchange/ledger/ledger.ts';
import { readNotice } from '../../src/exchange/notice/notice.ts';
import { isTombstone } from '../../src/exchange/statement/statement.ts';
import { noOrders } from '../../src/exchange/trust/authority-orders.ts';
import { readRoot } from '../../src/identity/root.ts';
import { parseCidr } from '../../src/values/address/cidr.ts';
import { subnetLayout } from '../../src/values/address/subnet-layout.ts';
import { sha256Hex } from '../../src/values/text/hash.ts';
import { project, slice, start } from './author.ts';

/** Blocks that the hub grants a cluster, or what it says instead. */
export type Grants = Record<string, readonly string[] | 'ended' | 'unknown' | undefined>;

/** A member that reads notices, without a worker around it: what it pinned and kept survives its restart. */
export const receiver = (grants: Grants = {}, changes: Partial<ExchangeContext> = {}) => {
  const pins = new Map<string, string>();
  const kept = new Map<string, NoticeSpec>();
  const told: Grants = { ...grants };
  let ledger: Ledger = emptyLedger;
  let circumstances: Partial<ExchangeContext> = changes;

  const member = (cluster: string): MemberGrant | 'unknown' | undefined => {
    const grant = told[cluster];
    if (grant === 'unknown' || grant === undefined) return grant;
    return grant === 'ended' ? { blocks: [], ended: true } : { blocks: grant.map(parseCidr), ended: false };
  };
  const context = (): ExchangeContext => ({
    project,
    ...slice,
    cluster: 'here',
    ...(({ subnet, pods }) => ({ subnet, pods }))(subnetLayout('10.0.0.0/16')),
    namespaces: new Set(['app-ns', 'other-ns']),
    member,
    pinned: (cluster) => pins.get(cluster),
    rotations: (cluster) => kept.get(refKey({ kind: 'Cluster', cluster, subject: cluster }))?.rotations ?? [],
    orders: () => noOrders,
    readRoot,
    departed: (cluster) => {
      const known = entryOf(ledger, { kind: 'Cluster', cluster, subject: cluster });
      return known !== undefined && isTombstone(known.stated);
    },
    holdExpired: false,
    now: start,
    ...circumstances,
  });
  const become = <R extends Pick<Revision, 'ledger'>>(revision: R): R => {
    ({ ledger } = revision);
    return revision;
  };

  return {
    context,
    ledger: () => ledger,
    become: (next: Ledger): void => {
      ledger = next;
    },
    /** Shows it a notice at a time. */
    show: (notice: NoticeSpec, now = context().now): Outcome => {
      circumstances = { ...circumstances, now };
      const outcome = become(accept(ledger, notice, context()));
      const read = readNotice(notice);
      if (typeof read === 'string') return outcome;
      if (outcome.pin !== undefined) pins.set(read.cluster, outcome.pin);
      if (entryOf(ledger, read)?.digest === sha256Hex(Buffer.from(read.statement))) kept.set(refKey(read), read);
      return outcome;
    },
    /** Changes what the hub says about members. */
    grant: (next: Grants): readonly string[] => {
      Object.assign(told, next);
      return Object.keys(next).flatMap((cluster) => become(revise(ledger, cluster, context())).changes.map(refKey));
    },
    /** Changes the circumstances and judges everything anew. */
    circumstances: (next: Partial<ExchangeContext>): readonly string[] => {
      circumstances = { ...circumstances, ...next };
      return [...ledger.clusters.keys()].flatMap((cluster) => become(revise(ledger, cluster, context())).changes.map(refKey));
    },
    /** Lets time go by. */
    expire: (now: number): readonly string[] => {
      circumstances = { ...circumstances, now };
      const { changes, forgotten } = become(expire(ledger, context()));
      for (const ref of forgotten) kept.delete(refKey(ref));
      return changes.map(refKey);
    },
    /** Starts it again: it has what it pinned and kept. */
    restart: (): void => {
      ledger = emptyLedger;
      for (const notice of [...kept.values()].toSorted((a, b) => (refKey(a) < refKey(b) ? -1 : 1))) {
        const known = recall(ledger, notice, context().now, context());
        if (known === undefined) kept.delete(refKey(notice));
        else ledger = known;
      }
      for (const cluster of ledger.clusters.keys()) become(revise(ledger, cluster, context()));
    },
    forget: (cluster: string): void => {
      pins.delete(cluster);
    },
    pinned: (cluster: string) => pins.get(cluster),
    kept: () => [...kept.keys()].toSorted(),
    inForce: <K extends StatementKind>(kind: K, cluster: string, subject: string) => statementOf(ledger, kind, cluster, subject),
    /** References of all that is in force. */
    believes: (): string[] =>
      [...ledger.clusters.values()]
        .flatMap(({ entries }) => Object.values(entries).flatMap((subjects) => [...subjects.values()]))
        .flatMap(({ inForce, stated }) => (inForce ? [refKey(stated)] : []))
        .toSorted(),
  };
};
/** A member that reads notices. */
export type Receiver = ReturnType<typeof receiver>;
