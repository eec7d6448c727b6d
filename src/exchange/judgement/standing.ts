import { checkDelegation } from '../delegation/delegation.ts';
import type { DelegationRefusal } from '../delegation/refusal.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import type { Entry } from '../ledger/entry.ts';
import { clusterOf, type Ledger, refKey } from '../ledger/ledger.ts';
import { isTombstone, type Statement } from '../statement/statement.ts';
import { clockSkewMs } from '../trust/lifetime.ts';
import { overBudget } from './budget.ts';

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
  // A hub that is unreachable or lost its memberships must not end anything that runs. Only a cluster that was never a member is refused.
  if ((member === undefined || member === 'unknown') && known === undefined) {
    const message = `Cluster "${cluster}" is not a member of the slice; what it publishes is not used.`;
    return { code: 'NotMember', waitsFor, message };
  }
  if (kind !== 'Cluster') {
    if (statement.serial < floor) {
      const message = `Cluster "${cluster}" left the slice after it published this statement about ${kind} "${statement.subject}"; statements from before that are not used.`;
      return { code: 'SerialNotHigher', waitsFor: [], message };
    }
    if (known !== undefined && isTombstone(known.stated)) {
      const message = `Cluster "${cluster}" left the slice; it must join again before it can publish.`;
      return { code: 'NotMember', waitsFor: [refKey({ kind: 'Cluster', cluster, subject: cluster })], message };
    }
  }
  return overBudget(statement, ledger) ?? checkDelegation(statement, ledger, context);
};

/** Whether an entry has expired. */
export const isExpired = ({ expiresAt }: Entry, { now, holdExpired }: ExchangeContext): boolean =>
  !holdExpired && now > expiresAt + clockSkewMs;
