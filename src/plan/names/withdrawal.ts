import type { LinkVotes } from '../../api/slicenode/type.ts';
import { nodeToken } from '../links/link-votes.ts';
import { VoteTally } from './vote-tally.ts';

/** Names a node of a cluster in a slice: `<slice>/<cluster>/<node>`. */
export type NodePath = string;

/** The path of a node, in the form that zone and withdrawals compare. */
export const nodePath = (slice: string, cluster: string, node: string): NodePath => `${slice}/${cluster}/${node}`;

/** The report of a local node about the other nodes of one slice. */
export interface Observer {
  /** Name of the node, and its cluster if known. */
  readonly node: string;
  readonly cluster: string | undefined;
  /** Whether its agent confirmed the report recently. */
  readonly fresh: boolean;
  /** Votes by cluster; undefined before its first report. */
  readonly votes: Readonly<Record<string, LinkVotes>> | undefined;
}

/** The withdrawn nodes of one cluster: all but some, or only some. */
interface Decision {
  readonly rest: boolean;
  readonly except: ReadonlySet<string>;
}

/** The nodes of one slice whose endpoints are withheld from answers. */
export class Withdrawals {
  readonly #clusters: ReadonlyMap<string, Decision>;

  constructor(clusters: ReadonlyMap<string, Decision> = new Map()) {
    this.#clusters = clusters;
  }

  has(cluster: string, node: string): boolean {
    const decision = this.#clusters.get(cluster);
    if (decision === undefined) return false;
    // Names are hashed only where the nodes of a cluster differ.
    return decision.except.size > 0 && decision.except.has(nodeToken(node)) ? !decision.rest : decision.rest;
  }

  /** The clusters for whose nodes the two decisions differ. */
  changedFrom(before: Withdrawals): string[] {
    const clusters = new Set([...this.#clusters.keys(), ...before.#clusters.keys()]);
    return [...clusters].filter((cluster) => fingerprint(this.#clusters.get(cluster)) !== fingerprint(before.#clusters.get(cluster)));
  }
}

const fingerprint = (decision: Decision | undefined): string =>
  decision === undefined ? 'false' : `${decision.rest}${[...decision.except].toSorted().join('')}`;

/**
 * The nodes of one slice whose endpoints are withheld from answers, because a local node reports that it does not reach them and none reports that it
 * does. Each cluster decides by the observations of its own nodes, so the decision depends neither on the hub nor on the other cluster.
 *
 *     votes about the node                                  its endpoints
 *     ────────────────────────────────────────────────────  ─────────────────────────────────
 *     none, or only Pending                                 stay: nothing is known
 *     Down, from some                                       withdrawn
 *     Down from some and Up from others                     stay: some nodes reach it
 *     Up, but only from a local node that is Down itself    withdrawn: that report is its last
 *     Up, but only from a report that is old                withdrawn, if a fresh one is Down
 *     only old ones                                         by the old ones: a silent agent revokes nothing
 *
 * The fourth row needs the observers' cluster. When every local node is Down to all others they are partitioned, not dead: all count about other
 * clusters, and none is withdrawn here, because each still serves the pods beside it.
 */
export const planWithdrawals = (observers: readonly Observer[]): Withdrawals => {
  const judged = decide(observers);
  const isDead = ({ cluster, node }: Observer): boolean => cluster !== undefined && judged.has(cluster, node);
  const alive = observers.filter((observer) => !isDead(observer));
  return alive.length > 0 ? (alive.length === observers.length ? judged : decide(alive)) : decide(observers, observers);
};

const decide = (observers: readonly Observer[], kept: readonly Observer[] = []): Withdrawals => {
  const tallies = new Map<string, VoteTally>();
  for (const { node, cluster: own, fresh, votes } of observers) {
    for (const [cluster, each] of Object.entries(votes ?? {})) {
      const tally = tallies.get(cluster) ?? new VoteTally();
      tallies.set(cluster, tally);
      tally.add(each, fresh, cluster === own ? nodeToken(node) : undefined);
    }
  }
  const clusters = new Map<string, Decision>();
  for (const [cluster, tally] of tallies) {
    const rest = tally.isDown(undefined);
    const except = new Set([...tally.named()].filter((token) => tally.isDown(token) !== rest));
    for (const observer of kept) {
      if (observer.cluster !== cluster) continue;
      if (rest) except.add(nodeToken(observer.node));
      else except.delete(nodeToken(observer.node));
    }
    if (rest || except.size > 0) clusters.set(cluster, { rest, except });
  }
  return new Withdrawals(clusters);
};
