import { type Cidr, containsIp, formatCidr } from '../../values/address/cidr.ts';
import { readIp } from '../../values/address/ip.ts';

/** Blocks that a node got while there was a path to it already: each node here must add them to its tunnel. */
interface GrownBlocks {
  readonly blocks: readonly Cidr[];
  /** Version of the first SlicePeer with them. */
  readonly version: number;
  /** When they count as reached whatever the nodes here report, in milliseconds of a monotonic clock. */
  readonly until: number;
}

/** The path that the nodes of this cluster need to another node of the slice. */
export interface PeerPath {
  readonly blocks: readonly Cidr[];
  readonly grown?: GrownBlocks;
}

/** How long one silent node, unreachable or of an older version, can delay an endpoint in new blocks, in milliseconds. */
export const longestHoldMs = 5_000;

/**
 * The path that a SlicePeer requires now.
 *
 * ```
 * SlicePeer                        then
 * new                              its blocks; a node that has not added it yet shows it by its link
 * with more blocks                 those are grown, and count from now on, together with those that were not confirmed yet
 * with the same, or with fewer     unchanged
 * ```
 *
 * @param version of the SlicePeer; undefined where the API server's versions are not numbers: then blocks count as reached at once
 */
export const nextPath = (before: PeerPath | undefined, blocks: readonly Cidr[], version: number | undefined, now: number): PeerPath => {
  const known = new Set(before?.blocks.map(formatCidr));
  const added = blocks.filter((block) => !known.has(formatCidr(block)));
  if (before === undefined || version === undefined) return { blocks };
  if (added.length === 0) return before.grown === undefined ? { blocks } : { blocks, grown: before.grown };
  const pending = before.grown !== undefined && now < before.grown.until ? before.grown.blocks : [];
  return { blocks, grown: { blocks: [...pending, ...added], version, until: now + longestHoldMs } };
};

/**
 * Until when an endpoint must not be answered, because not every node here has a path to its address: `undefined` when it may be, `Infinity` when
 * only another SlicePeer can change that.
 *
 * @param confirmed up to which version every node here has added the blocks of SlicePeers; called only when needed
 */
export const heldUntil = (path: PeerPath | undefined, address: string, confirmed: () => number, now: number): number | undefined => {
  const ip = readIp(address);
  if (path === undefined || ip === undefined || !path.blocks.some((block) => containsIp(block, ip))) return Number.POSITIVE_INFINITY;
  const { grown } = path;
  if (grown === undefined || now >= grown.until || !grown.blocks.some((block) => containsIp(block, ip))) return undefined;
  return confirmed() >= grown.version ? undefined : grown.until;
};
