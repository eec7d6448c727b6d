import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { SlicePeer } from '../../../api/slicepeer/type.ts';
import { positionOf } from '../../../exchange/notice/notice-page.ts';
import type { Change, Mirror } from '../../../kubernetes/mirror.ts';
import { heldUntil, nextPath, type PeerPath } from '../../../plan/links/path-check.ts';
import { parseCidr } from '../../../values/address/cidr.ts';
import type { Clock } from '../../../values/clock.ts';

/** The sources of the paths of a slice. */
export interface PathSources {
  readonly slice: string;
  readonly sliceNodes: Pick<Mirror<SliceNode>, 'byIndex'>;
  readonly clock: Clock;
}

/** Knows to which addresses every node of this cluster has a path. */
export interface Paths {
  /** Processes a change of a SlicePeer, of any slice. */
  peerChanged(change: Change<SlicePeer>): void;
  /** Processes a change of a SliceNode, of any slice. */
  nodeChanged(change: Change<SliceNode>): void;
  /** See `heldUntil` of `plan/links/path-check.ts`. */
  heldUntil(cluster: string, node: string, address: string): number | undefined;
}

const keyOf = (cluster: string, node: string): string => `${cluster}/${node}`;

/** The paths of a slice, updated by the changes that are passed to it. Blocks before the first change count as reached. */
export const createPaths = ({ slice, sliceNodes, clock }: PathSources): Paths => {
  const paths = new Map<string, PeerPath>();
  /** Up to which version every node has added the blocks of SlicePeers; computed again after a SliceNode changed, and not for each endpoint. */
  let confirmed: number | undefined;
  // Nodes without a tunnel have no path at all, and do not count.
  const leastConfirmed = (): number =>
    sliceNodes
      .byIndex('slice', slice)
      .reduce((least, { status }) => (status?.publicKey === undefined ? least : Math.min(least, status.peersVersion ?? 0)), Infinity);
  return {
    peerChanged: ({ type, object }) => {
      if (object.spec.slice !== slice) return;
      const key = keyOf(object.spec.cluster, object.spec.node);
      if (type === 'deleted') paths.delete(key);
      else {
        const blocks = object.spec.blocks.map(parseCidr);
        paths.set(key, nextPath(paths.get(key), blocks, positionOf(object.metadata.resourceVersion), clock.monotonic()));
      }
    },
    nodeChanged: ({ object }) => {
      if (object.spec.slice === slice) confirmed = undefined;
    },
    heldUntil: (cluster, node, address) => {
      const confirmedVersion = (): number => (confirmed ??= leastConfirmed());
      return heldUntil(paths.get(keyOf(cluster, node)), address, confirmedVersion, clock.monotonic());
    },
  };
};
