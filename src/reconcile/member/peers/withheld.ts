import type { Source } from '../../../loop/source.ts';
import { type NodePath, Withdrawals } from '../../../plan/names/withdrawal.ts';
import { followWithdrawals } from '../../withdrawals.ts';
import type { Session } from '../session/session.ts';

/**
 * The nodes of the slice that this cluster does not reach, by the rule by which DNS withholds endpoints, so that both show the same. Emits the
 * clusters whose nodes changed.
 */
export interface Withheld extends Source<string> {
  nodes(): Pick<ReadonlySet<NodePath>, 'has'>;
}

/** Follows the reports of this cluster's agents. */
export const createWithheld = ({ local, grant, clock }: Pick<Session, 'local' | 'grant' | 'clock'>): Withheld => {
  let decision = new Withdrawals();
  return {
    nodes: () => ({
      has: (path) => {
        const [, cluster = '', node = ''] = path.split('/');
        return decision.has(cluster, node);
      },
    }),
    subscribe: (handler) =>
      followWithdrawals(
        local.sliceNodes,
        clock,
        (decided) => {
          const before = decision;
          decision = decided.get(grant.slice) ?? before;
          for (const cluster of decision.changedFrom(before)) handler(cluster);
        },
        grant.slice,
      ),
  };
};
