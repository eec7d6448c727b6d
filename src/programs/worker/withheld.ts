import type { Source } from '../../loop/source.ts';
import { clusterOfPath, type NodePath } from '../../plan/dns/withdrawal.ts';
import { followWithdrawals, withdrawnNow } from '../withdrawals.ts';
import type { Session } from './session.ts';

/**
 * The nodes of the slice that nobody in this cluster reaches, by the rule by which DNS withholds what is there: what people read must say the same.
 * Tells the clusters whose nodes came or went.
 */
export interface Withheld extends Source<string> {
  nodes(): ReadonlySet<NodePath>;
}

/** Follows what the agents of this cluster report. */
export const createWithheld = ({ local, grant }: Pick<Session, 'local' | 'grant'>): Withheld => {
  let nodes = withdrawnNow(local.sliceNodes, grant.slice);
  return {
    nodes: () => nodes,
    subscribe: (handler) =>
      followWithdrawals(
        local.sliceNodes,
        (decided) => {
          const before = nodes;
          nodes = decided.get(grant.slice) ?? before;
          const changed = [...before, ...nodes].filter((node) => before.has(node) !== nodes.has(node));
          for (const cluster of new Set(changed.map(clusterOfPath))) handler(cluster);
        },
        grant.slice,
      ),
  };
};
