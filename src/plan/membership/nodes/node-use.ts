import { compareText } from '../../../values/text/order.ts';

/** How long a node stays in a slice after its last pod, in milliseconds: a rolling update or a restart must not end its tunnel. */
export const idleAfterMs = 600_000;

/** The inputs of the decision which nodes of this cluster are in a slice. */
export interface NodeUseInput {
  /** The nodes of this cluster, and whether each is Ready and in service. */
  readonly nodes: readonly { readonly node: string; readonly serves: boolean }[];
  /** Whether a pod of the slice is on a node. */
  readonly hasPod: (node: string) => boolean;
  /** Nodes that are in the slice: they have address blocks, and do not leave. */
  readonly holding: ReadonlySet<string>;
  /** Since when each of them has no pod, by a monotonic clock in milliseconds: the previous result. */
  readonly idleSince: ReadonlyMap<string, number>;
  readonly now: number;
}

/** The nodes that are in the slice. */
export interface NodeUse {
  readonly needed: ReadonlySet<string>;
  readonly idleSince: ReadonlyMap<string, number>;
  /** Milliseconds until the next node has been idle for long enough; undefined when none is idle. */
  readonly againMs: number | undefined;
}

/**
 * The nodes that a slice needs in this cluster.
 *
 * ```
 * node                                       then
 * has a pod of the slice                     needed
 * had one within the last 10 minutes         needed
 * no needed node serves, and it is the best  needed: the place of the cluster in the slice
 * otherwise                                  not needed
 * ```
 *
 * One node of each cluster stays in the slice without a pod. So the links between clusters are judged before the first pod starts, and members can
 * read each other's notices without the hub. The best one has blocks and serves.
 */
export const planNodeUse = ({ nodes, hasPod, holding, idleSince: before, now }: NodeUseInput): NodeUse => {
  const needed = new Set<string>();
  const idleSince = new Map<string, number>();
  for (const { node } of nodes) {
    if (hasPod(node)) needed.add(node);
    else if (holding.has(node)) {
      const since = before.get(node) ?? now;
      idleSince.set(node, since);
      if (now - since < idleAfterMs) needed.add(node);
    }
  }
  const waits = [...idleSince].flatMap(([node, since]) => (needed.has(node) ? [since + idleAfterMs - now] : []));
  if (!nodes.some(({ node, serves }) => serves && needed.has(node))) {
    const rank = ({ node, serves }: NodeUseInput['nodes'][number]): number => (serves ? 0 : 2) + (holding.has(node) ? 0 : 1);
    const [best] = nodes.toSorted((a, b) => rank(a) - rank(b) || compareText(a.node, b.node));
    if (best !== undefined) {
      // It leaves ten minutes after another node has replaced it, when that one's links are up.
      if (!hasPod(best.node)) idleSince.set(best.node, now);
      needed.add(best.node);
    }
  }
  return { needed, idleSince, againMs: waits.length === 0 ? undefined : Math.min(...waits) };
};
