import { overBudget } from './budget.ts';
import type { ExchangeContext } from './context.ts';
import { checkDelegation } from './delegation/delegation.ts';
import type { DelegationRefusal } from './delegation/refusal.ts';
import type { Entry } from './entry.ts';
import { clusterOf, type Ledger, refKey } from './ledger.ts';
import { clockSkewMs } from './lifetime.ts';
import { isTombstone, type Statement } from './statement/statement.ts';

/** Why a statement must not be in force now. */
export const notDelegated = (statement: Statement, ledger: Ledger, context: ExchangeContext): DelegationRefusal | undefined => {
  const { cluster, kind } = statement;
  const member = context.member(cluster);
  const waitsFor = [`Membership/${cluster}`];
  const { entries, floor } = clusterOf(ledger, cluster);
  const known = entries.Cluster.get(cluster);
  if (member !== 'unknown' && member?.ended === true) {
    const message = `Cluster "${cluster}" is no longer a member of the slice; what it published is not used.`;
    return { code: 'NotMember', waitsFor, message };
  }
  // A hub that lost its memberships or is away must not end what runs: only who was never a member is a stranger.
  if ((member === undefined || member === 'unknown') && known === undefined) {
    const message = `Cluster "${cluster}" published something, but the hub granted it nothing in the slice.`;
    return { code: 'NotMember', waitsFor, message };
  }
  if (kind !== 'Cluster') {
    if (statement.serial < floor) {
      const message = `Cluster "${cluster}" said farewell after it stated this about ${kind} "${statement.subject}"; what it stated before ended then.`;
      return { code: 'SerialNotHigher', waitsFor: [], message };
    }
    if (known !== undefined && isTombstone(known.stated)) {
      const message = `Cluster "${cluster}" said farewell; it must join again before it can publish.`;
      return { code: 'NotMember', waitsFor: [refKey({ kind: 'Cluster', cluster, subject: cluster })], message };
    }
  }
  return overBudget(statement, ledger) ?? checkDelegation(statement, ledger, context);
};

/** Whether an entry no longer holds by its own dates. */
export const isExpired = ({ expiresAt }: Entry, { now, holdExpired }: ExchangeContext): boolean =>
  !holdExpired && now > expiresAt + clockSkewMs;
