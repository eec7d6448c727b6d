import type { Source } from '../../loop/source.ts';
import { clusterOfPath, type NodePath, sameStates, withdrawnNodes } from '../../plan/dns/withdrawal.ts';
import type { Session } from './session.ts';

/**
 * The nodes of the slice that nobody in this cluster reaches, by the rule by which DNS withholds what is there: what people read must say the same.
 * Tells the clusters whose nodes came or went.
 */
export interface Withheld extends Source<string> {
  nodes(): ReadonlySet<NodePath>;
}

/** Follows what the agents of this cluster report; a hundred reports at once are one decision. */
export const createWithheld = ({ local, grant }: Pick<Session, 'local' | 'grant'>): Withheld => {
  const decided = () => withdrawnNodes(local.sliceNodes.byIndex('slice', grant.slice));
  let nodes = decided();
  return {
    nodes: () => nodes,
    subscribe: (handler) => {
      let waiting: NodeJS.Immediate | undefined;
      const decide = (): void => {
        waiting = undefined;
        const before = nodes;
        nodes = decided();
        const changed = [...before, ...nodes].filter((node) => before.has(node) !== nodes.has(node));
        for (const cluster of new Set(changed.map(clusterOfPath))) handler(cluster);
      };
      const stop = local.sliceNodes.subscribe(({ type, object, previous, initial }) => {
        if (initial || object.spec.slice !== grant.slice || (type === 'updated' && sameStates(previous?.status, object.status))) return;
        waiting ??= setImmediate(decide);
      });
      return () => {
        stop();
        clearImmediate(waiting);
      };
    },
  };
};
