import type { SliceNode } from '../../api/slicenode/type.ts';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import { positionOf } from '../../exchange/notice-page.ts';
import type { Change, Mirror } from '../../kubernetes/mirror.ts';
import { heldUntil, nextPath, type PeerPath } from '../../plan/worker/path-check.ts';
import { parseCidr } from '../../values/cidr.ts';
import type { Clock } from '../../values/clock.ts';

/** What the paths of a slice are read from. */
export interface PathSources {
  readonly slice: string;
  readonly slicePeers: Pick<Mirror<SlicePeer>, 'subscribe'>;
  readonly sliceNodes: Pick<Mirror<SliceNode>, 'byIndex'>;
  readonly clock: Clock;
}

/** Says which addresses every node of this cluster has a path to. */
export interface Paths {
  /** See `heldUntil` of `plan/worker/path-check.ts`. */
  heldUntil(cluster: string, node: string, address: string): number | undefined;
}

/** Nodes whose path changed, as `<cluster>/<node>`. */
export const peerKeyOf = ({ spec }: Pick<SlicePeer, 'spec'>): string => `${spec.cluster}/${spec.node}`;

/** The paths of a slice, kept current from now on. What was asked for before this program started counts as reached. */
export const createPaths = ({ slice, slicePeers, sliceNodes, clock }: PathSources): Paths => {
  const paths = new Map<string, PeerPath>();
  slicePeers.subscribe(({ type, object }: Change<SlicePeer>) => {
    if (object.spec.slice !== slice) return;
    const key = peerKeyOf(object);
    if (type === 'deleted') paths.delete(key);
    else {
      const blocks = object.spec.blocks.map(parseCidr);
      paths.set(key, nextPath(paths.get(key), blocks, positionOf(object.metadata.resourceVersion), clock.monotonic()));
    }
  });
  /** Nodes without a tunnel have no path to anything, and nobody asks there. */
  const confirmed = (): number =>
    sliceNodes
      .byIndex('slice', slice)
      .reduce((least, { status }) => (status?.publicKey === undefined ? least : Math.min(least, status.peersVersion ?? 0)), Infinity);
  return {
    heldUntil: (cluster, node, address) => heldUntil(paths.get(`${cluster}/${node}`), address, confirmed, clock.monotonic()),
  };
};
