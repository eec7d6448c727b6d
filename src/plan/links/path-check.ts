import { type Cidr, containsIp, formatCidr } from '../../values/address/cidr.ts';
import { readIp } from '../../values/address/ip.ts';

/** New blocks of a node, or a new node: each node here must have a path to them. */
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
 * there when this program began    its blocks
 * new                              all of its blocks are grown
 * with more blocks                 those are grown, and count from now on, together with those that were not confirmed yet
 * with the same, or with fewer     unchanged
 * ```
 *
 * @param version of the SlicePeer; undefined where the API server's versions are not numbers: then blocks count as reached at once
 * @param isInitial the SlicePeer was there when this program began
 */
export const nextPath = (
  before: PeerPath | undefined,
  { blocks, version, isInitial }: { readonly blocks: readonly Cidr[]; readonly version: number | undefined; readonly isInitial: boolean },
  now: number,
): PeerPath => {
  const known = new Set(before?.blocks.map(formatCidr));
  const added = blocks.filter((block) => !known.has(formatCidr(block)));
  if (version === undefined || (before === undefined && isInitial)) return { blocks };
  if (added.length === 0) return before?.grown === undefined ? { blocks } : { blocks, grown: before.grown };
  const pending = before?.grown !== undefined && now < before.grown.until ? before.grown.blocks : [];
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
