/** Names a node of a cluster in a slice: `<slice>/<cluster>/<node>`. */
export type NodePath = string;

/** The path of a node, as zone and withdrawals compare it. */
export const nodePath = (slice: string, cluster: string, node: string): NodePath => `${slice}/${cluster}/${node}`;

/** The parts of a SliceNode that say which of the other nodes its own node reaches; links are keyed `<cluster>/<node>`. */
export type ObservingNode = {
  readonly spec: { readonly slice: string; readonly node: string };
  readonly status?: { readonly links?: Readonly<Record<string, { readonly state?: string }>> };
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
 * needs the name of the local `cluster`. When every local node is Down to the others they are parted, not dead: all are believed about
 * other clusters, and none is withdrawn here, because each still serves the pods beside it.
 */
export const withdrawnNodes = (observers: Iterable<ObservingNode>, cluster?: string): ReadonlySet<NodePath> => {
  const all = [...observers];
  if (cluster === undefined) return downOnly(all);
  const dead = downOnly(all);
  const alive = all.filter(({ spec }) => !dead.has(nodePath(spec.slice, cluster, spec.node)));
  const withSurvivors = new Set(alive.map(({ spec }) => spec.slice));
  const parted = all.filter(({ spec }) => !withSurvivors.has(spec.slice));
  const here = new Set(parted.map(({ spec }) => nodePath(spec.slice, cluster, spec.node)));
  return new Set([...downOnly([...alive, ...parted])].filter((node) => !here.has(node)));
};
