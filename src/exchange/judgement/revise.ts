import type { StatementKind } from '../../api/notice/type.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { entangledNodes } from '../ledger/entangled-nodes.ts';
import { type Entry, rememberedUntil } from '../ledger/entry.ts';
import { clusterOf, type Ledger, type StatementRef, withEntries, withEntry } from '../ledger/ledger.ts';
import { isAbout, isTombstone } from '../statement/statement.ts';
import { clockSkewMs } from '../trust/lifetime.ts';
import { roomLeft } from './budget.ts';
import { isExpired, notDelegated } from './standing.ts';

/** The result of judging statements again. */
export interface Revision {
  readonly ledger: Ledger;
  readonly changes: readonly StatementRef[];
}

/** Nodes depend on the claim of their cluster, so it comes first. */
const order: readonly StatementKind[] = ['Cluster', 'Node', 'Export', 'Endpoints', 'Links'];

/**
 * Judges all statements of a cluster again, after its membership, the grant of this cluster or its own claim changed. A statement that left its
 * delegation is no longer in force; one that is inside it again is in force again. Statements of the own cluster need no judgement.
 */
export const revise = (ledger: Ledger, cluster: string, context: ExchangeContext): Revision => {
  let next = ledger;
  const changes: StatementRef[] = [];
  if (cluster === context.cluster) return { ledger, changes };
  for (const kind of order) {
    const { entries } = clusterOf(next, cluster);
    const mayBeInForce = (entry: Entry): boolean =>
      isTombstone(entry.stated) ? entry.inForce : !isExpired(entry, context) && notDelegated(entry.stated, next, context) === undefined;
    // Ends come first and in one step: a departure ends thousands, and returning statements may need the room of ended ones.
    const ended = new Map<string, Entry>();
    for (const [subject, entry] of entries[kind]) {
      if (!entry.inForce || mayBeInForce(entry)) continue;
      ended.set(subject, { ...entry, inForce: false });
      changes.push({ kind, cluster, subject });
    }
    if (ended.size > 0) next = withEntries(next, { kind, cluster }, ended, context.now);
    const returning = [...entries[kind]].filter(([, entry]) => !entry.inForce && mayBeInForce(entry));
    const { together, apart } = divided(returning, roomLeft(next, kind, cluster));
    if (together.length > 0) {
      next = withEntries(
        next,
        { kind, cluster },
        new Map(together.map(([subject, entry]) => [subject, { ...entry, inForce: true }])),
        context.now,
      );
      for (const [subject] of together) changes.push({ kind, cluster, subject });
    }
    for (const [subject, entry] of apart) {
      if (!mayBeInForce(entry)) continue;
      const ref = { kind, cluster, subject };
      next = withEntry(next, ref, { ...entry, inForce: true }, context.now);
      changes.push(ref);
    }
  }
  return { ledger: next, changes };
};

type Returning = readonly (readonly [subject: string, entry: Entry])[];

/**
 * Entries that return in one step, because none of them affects another, and entries that must be judged one after another: nodes that share a key or
 * addresses, or all entries when there is not room for all.
 */
const divided = (returning: Returning, room: number): { readonly together: Returning; readonly apart: Returning } => {
  if (returning.length > room) return { together: [], apart: returning };
  const bodies = returning.flatMap(([subject, { stated }]) =>
    !isTombstone(stated) && isAbout(stated, 'Node') ? [[subject, stated.body] as const] : [],
  );
  const entangled = entangledNodes(new Map(bodies));
  return {
    together: returning.filter(([subject]) => !entangled.has(subject)),
    apart: returning.filter(([subject]) => entangled.has(subject)),
  };
};

/**
 * Ends expired statements and those that depend on them. It forgets a statement once no older one can be accepted any more. Only the claim of a
 * cluster is kept for good: its blocks stay its own, and its departure stays known.
 * @returns in `forgotten`, the references that need not be stored for a restart.
 */
export const expire = (ledger: Ledger, context: ExchangeContext): Revision & { readonly forgotten: readonly StatementRef[] } => {
  let next = ledger;
  const changes: StatementRef[] = [];
  const forgotten: StatementRef[] = [];
  for (const cluster of ledger.clusters.keys()) {
    if (cluster === context.cluster) continue;
    for (const kind of order) {
      const expired = new Map<string, Entry | undefined>();
      for (const [subject, entry] of clusterOf(next, cluster).entries[kind]) {
        const after = isExpired(entry, context) ? afterExpiry(entry, context) : entry;
        if (after === entry) continue;
        expired.set(subject, after);
        if (entry.inForce) changes.push({ kind, cluster, subject });
        if (after === undefined) forgotten.push({ kind, cluster, subject });
      }
      if (expired.size === 0) continue;
      next = withEntries(next, { kind, cluster }, expired, context.now);
      if (kind !== 'Cluster') continue;
      const revised = revise(next, cluster, context);
      next = revised.ledger;
      changes.push(...revised.changes);
    }
  }
  return { ledger: next, changes, forgotten };
};

const afterExpiry = (entry: Entry, { now }: ExchangeContext): Entry | undefined => {
  if (entry.stated.kind !== 'Cluster' && now > rememberedUntil(entry) + clockSkewMs) return undefined;
  return entry.inForce ? { ...entry, inForce: false } : entry;
};
