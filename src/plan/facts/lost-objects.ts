import { sortedBy } from '../../values/text/order.ts';
import { type NodeFacts, type PeerFacts, peerName, type SliceFacts } from './node-state.ts';

/**
 * How long a node keeps objects that are missing without a deletion event, in milliseconds. The worker creates them again within a minute of its
 * start.
 */
export const holdMs = 600_000;

/** When each slice was found missing, by name, in milliseconds of a monotonic clock. */
export type Losses = ReadonlyMap<string, number>;

/** The facts that a node uses, and which of them are only held. */
export interface HeldFacts {
  readonly facts: NodeFacts;
  readonly losses: Losses;
}

/** The existing objects, the missing ones, and the observed deletions. */
export interface LostObjectsInput {
  /** The slices that the node has used so far. */
  readonly before: readonly SliceFacts[];
  /** The slices of the existing objects, by name. */
  readonly present: ReadonlyMap<string, SliceFacts>;
  /** Slices whose SliceNode was marked as ended and is being deleted, or was. */
  readonly ended: ReadonlySet<string>;
  /** Slices whose SliceNode was deleted without that mark. */
  readonly deleted: ReadonlySet<string>;
  /** Peers whose deletion event was observed, as `<slice>/<cluster>/<node>`. */
  readonly endedPeers: ReadonlySet<string>;
  /** Slices whose Slice object exists and is not being deleted. */
  readonly standing: ReadonlySet<string>;
  readonly losses: Losses;
  readonly now: number;
}

/** The slices that the node uses. */
export interface HeldSlices {
  readonly slices: readonly SliceFacts[];
  readonly losses: Losses;
}

/**
 * The slices of a node, when its API server may have lost objects (etcd restored from an older copy, definitions removed or created again). A slice
 * ends only when its end was stated.
 *
 * ```
 * SliceNode                               Slice          then
 * exists                                  any            as it states; for 10 min after a loss with the peers that were not deleted
 * marked as ended, and deleted            missing        ended
 *                                         exists         held: the worker creates it again
 * deleted without a mark                  any            held: its definition was removed, or a person deleted it
 * missing in a list                       exists         held
 *                                         missing        held for 10 min, then ended: its end was missed
 * ```
 *
 * A held slice keeps its subnet, blocks, peers, namespaces and service ports.
 */
export const holdLost = (input: LostObjectsInput): HeldSlices => {
  const slices = new Map<string, SliceFacts>();
  const losses = new Map<string, number>();
  for (const known of input.before) {
    const { name } = known;
    const present = input.present.get(name);
    const lostAt = input.losses.get(name);
    const isRecent = lostAt !== undefined && input.now - lostAt < holdMs;
    if (present !== undefined) {
      // Created again under its name it is another slice.
      const isSame = present.uid === known.uid;
      slices.set(name, isSame && isRecent ? withPeers(present, known, input.endedPeers) : present);
      if (isRecent && isSame) losses.set(name, lostAt);
      continue;
    }
    const stands = input.standing.has(name);
    const isDeleted = input.deleted.has(name);
    if (!stands && (input.ended.has(name) || (lostAt !== undefined && !isRecent && !isDeleted))) continue;
    slices.set(name, known);
    // A slice whose object was deleted is lost until it exists again, however long that takes: then its peers may appear after it.
    losses.set(name, isDeleted ? input.now : (lostAt ?? input.now));
  }
  for (const [name, slice] of input.present) if (!slices.has(name)) slices.set(name, slice);
  return { slices: sortedBy(slices.values(), ({ name }) => name), losses };
};

/** Of some deleted peers, those that the node still uses; only these can be held by mistake. */
export const deletedPeersInUse = (deleted: ReadonlySet<string>, before: readonly SliceFacts[]): Set<string> => {
  if (deleted.size === 0) return new Set();
  return new Set(before.flatMap(({ name, peers }) => peers.map((peer) => `${name}/${peerName(peer)}`)).filter((peer) => deleted.has(peer)));
};

/** A slice with its former peers that were not deleted, unless another peer now has their key or one of their blocks. */
const withPeers = (present: SliceFacts, known: SliceFacts, ended: ReadonlySet<string>): SliceFacts => {
  const taken = new Set(present.peers.flatMap((peer) => [peerName(peer), peer.publicKey, ...peer.blocks]));
  const isLost = (peer: PeerFacts): boolean =>
    !ended.has(`${known.name}/${peerName(peer)}`) && ![peerName(peer), peer.publicKey, ...peer.blocks].some((one) => taken.has(one));
  const lost = known.peers.filter((peer) => isLost(peer) && !peer.blocks.some((block) => present.blocks.includes(block)));
  if (lost.length === 0) return present;
  return { ...present, peers: sortedBy([...present.peers, ...lost], peerName) };
};
