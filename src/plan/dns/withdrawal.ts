import { clusterLabel } from '../../api/labels.ts';

/** Names a node of a cluster in a slice: `<slice>/<cluster>/<node>`. */
export type NodePath = string;

/** The path of a node, as zone and withdrawals compare it. */
export const nodePath = (slice: string, cluster: string, node: string): NodePath => `${slice}/${cluster}/${node}`;

/** The cluster in a path. */
export const clusterOfPath = (path: NodePath): string => path.split('/')[1] ?? '';

/**
 * The parts of a SliceNode that say which of the other nodes its own node reaches; links are keyed `<cluster>/<node>`. The cluster label,
 * where there is one, names the cluster that the observer itself is in.
 */
export type ObservingNode = {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> | undefined };
  readonly spec: { readonly slice: string; readonly node: string };
  readonly status?: { readonly links?: Readonly<Record<string, { readonly state?: string }>> | undefined } | undefined;
};

/** Nodes that are seen by somebody, and by everybody who looks as Down. */
const downOnly = (observers: readonly ObservingNode[]): ReadonlySet<NodePath> => {
  const down = new Set<NodePath>();
  const reachable = new Set<NodePath>();
  for (const { spec, status } of observers) {
    for (const [peer, { state }] of Object.entries(status?.links ?? {})) {
      (state === 'Down' ? down : reachable).add(`${spec.slice}/${peer}`);
    }
  }
  return new Set([...down].filter((node) => !reachable.has(node)));
};

/**
 * The nodes whose endpoints must not be given out, because nobody here reaches them. Each cluster decides by what its own nodes observe,
 * so neither the hub nor the other cluster is asked.
 *
 *     links to the node, as the local nodes report them    its endpoints
 *     ───────────────────────────────────────────────────  ─────────────────────────────────
 *     none                                                 stay: nobody has looked yet
 *     Down only                                            withdrawn
 *     Down and Up, Suspect or Pending                      stay: somebody may reach it
 *     Up, Suspect or Pending only                          stay
 *     Up, but only from a local node that is Down itself   withdrawn: that report is its last
 *
 * A link that is Pending has never worked and says nothing about the node; Suspect is a doubt of less than five seconds. The last row
 * needs the observers' cluster label. When every local node is Down to the others they are parted, not dead: all are believed about
 * other clusters, and none is withdrawn here, because each still serves the pods beside it.
 */
export const withdrawnNodes = (observers: Iterable<ObservingNode>): ReadonlySet<NodePath> => {
  const all = [...observers];
  const dead = downOnly(all);
  const alive = all.filter((observer) => !dead.has(pathOf(observer)));
  const withSurvivors = new Set(alive.map(({ spec }) => spec.slice));
  const parted = all.filter(({ spec }) => !withSurvivors.has(spec.slice));
  const here = new Set(parted.map(pathOf));
  return new Set([...downOnly([...alive, ...parted])].filter((node) => !here.has(node)));
};

/** The observer's own path; no link is called so when its cluster is not known. */
const pathOf = ({ metadata, spec }: ObservingNode): NodePath => nodePath(spec.slice, metadata?.labels?.[clusterLabel] ?? '', spec.node);

/** Whether two reports of a node lead to the same withdrawals; times and measurements do not matter. */
export const sameStates = (a: ObservingNode['status'], b: ObservingNode['status']): boolean => {
  const [before, after] = [a?.links ?? {}, b?.links ?? {}];
  const peers = Object.keys(after);
  return peers.length === Object.keys(before).length && peers.every((peer) => before[peer]?.state === after[peer]?.state);
};
