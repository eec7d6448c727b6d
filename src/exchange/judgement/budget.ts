import { budgets } from '../../api/budgets.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import type { DelegationRefusal } from '../delegation/refusal.ts';
import { clusterOf, entryOf, type Ledger, type StatementRef } from '../ledger/ledger.ts';

/** Maximum number of statements of a kind that a member may have in force; undefined where the number of subjects is bounded already. */
const limits: Readonly<Record<StatementKind, number | undefined>> = {
  Cluster: undefined,
  Node: budgets.nodes,
  Export: budgets.exports,
  Endpoints: budgets.shards,
  Links: undefined,
};

/** The budgets that count statements in force, by the name of the budget. */
export const statementLimits = [
  { kind: 'Node', budget: 'nodes', limit: budgets.nodes },
  { kind: 'Export', budget: 'exports', limit: budgets.exports },
  { kind: 'Endpoints', budget: 'shards', limit: budgets.shards },
] as const;

/**
 * Whether the statement would exceed the limit of its author. Authors keep the same limits, so only a faulty member is refused; its earlier
 * statements stay in force.
 */
export const overBudget = (ref: StatementRef, ledger: Ledger): DelegationRefusal | undefined => {
  const limit = limits[ref.kind];
  if (limit === undefined || entryOf(ledger, ref)?.inForce === true) return undefined;
  return clusterOf(ledger, ref.cluster).used[ref.kind] < limit ? tooManyKept(ref, ledger) : refused(ref, limit);
};

/** How many more statements of a kind a member may have in force. */
export const roomLeft = (ledger: Ledger, kind: StatementKind, cluster: string): number => {
  const limit = limits[kind];
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - clusterOf(ledger, cluster).used[kind]);
};

/**
 * Whether the ledger would hold too many subjects of a member. An ended subject is kept until no older statement about it can be accepted, so without
 * a limit a member could fill memory with new names.
 */
export const tooManyKept = (ref: StatementRef, ledger: Ledger): DelegationRefusal | undefined => {
  const limit = limits[ref.kind];
  if (limit === undefined || entryOf(ledger, ref) !== undefined) return undefined;
  const most = limit * budgets.endedPerLimit;
  return clusterOf(ledger, ref.cluster).entries[ref.kind].size < most ? undefined : refused(ref, most);
};

const refused = ({ kind, cluster, subject }: StatementRef, most: number): DelegationRefusal => ({
  code: 'OverBudget',
  waitsFor: [`Budget/${kind}/${cluster}`],
  message: `Cluster "${cluster}" publishes more than ${most} statements about ${kind}; "${subject}" is not used.`,
});
