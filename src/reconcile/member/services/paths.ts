import { isInSlice, type SliceNode } from '../../../api/slicenode/type.ts';
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

/** The paths of a slice, updated by the changes that are passed to it. Blocks that were there when this program began count as reached. */
export const createPaths = ({ slice, sliceNodes, clock }: PathSources): Paths => {
  const paths = new Map<string, PeerPath>();
  /** Up to which version every node has a path to the blocks of SlicePeers; computed again after a SliceNode changed, and not for each endpoint. */
  let confirmed: number | undefined;
  // A node that joins has no path yet.
  const leastConfirmed = (): number =>
    sliceNodes
      .byIndex('slice', slice)
      .reduce((least, node) => (isInSlice(node) ? Math.min(least, node.status?.peersVersion ?? 0) : least), Infinity);
  return {
    peerChanged: ({ type, object, initial }) => {
      if (object.spec.slice !== slice) return;
      const key = keyOf(object.spec.cluster, object.spec.node);
      if (type === 'deleted') paths.delete(key);
      else {
        const seen = {
          blocks: object.spec.blocks.map(parseCidr),
          version: positionOf(object.metadata.resourceVersion),
          isInitial: initial,
        };
        paths.set(key, nextPath(paths.get(key), seen, clock.monotonic()));
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
