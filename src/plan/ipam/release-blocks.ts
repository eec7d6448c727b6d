import { overlaps, parseCidr } from '../../values/address/cidr.ts';
import { sizeOf } from './blocks.ts';

/** A block that was unused for this long is released, in milliseconds: nodes that return within it get their addresses back. */
export const releaseAfterMs = 3_600_000;

/** How this cluster uses its address blocks in a slice. */
export interface BlockUse {
  /** Granted by the hub, in the order of the grant. */
  readonly granted: readonly string[];
  /** The blocks that this cluster releases; it uses none of them. */
  readonly released: readonly string[];
  /** The blocks of its nodes. */
  readonly nodes: readonly string[];
  /** For how long no node has had a part of a block, in milliseconds. */
  readonly idleMs: ReadonlyMap<string, number>;
  /** Nodes need addresses that the blocks in use do not have. */
  readonly isShort: boolean;
  /** Addresses that stay free for new nodes: the unit by which clusters grow. */
  readonly reserve: number;
}

/** The blocks without a part that belongs to a node. */
export const unusedBlocks = (granted: readonly string[], nodes: readonly string[]): string[] => {
  const taken = nodes.map(parseCidr);
  return granted.filter((block) => !taken.some((part) => overlaps(part, parseCidr(block))));
};

/**
 * The blocks to release from now on, in the order of the grant.
 *
 * ```
 * nodes lack addresses               none: released blocks that were not taken yet are used again
 * a block is the first one           never: a member of a slice needs an address
 * a node has a part of it            never
 * it was released already            stays so
 * unused for an hour                 released, the latest granted first, while the rest keeps a reserve
 * ```
 */
export const planRelease = ({ granted, released, nodes, idleMs, isShort, reserve }: BlockUse): string[] => {
  if (isShort) return [];
  const unused = new Set(unusedBlocks(granted.slice(1), nodes));
  const back = new Set(released.filter((block) => unused.has(block)));
  const size = (blocks: readonly string[]): number => sizeOf(blocks.map(parseCidr));
  let free = size(granted.filter((block) => !back.has(block))) - size(nodes);
  for (const block of granted.toReversed()) {
    if (!unused.has(block) || back.has(block) || (idleMs.get(block) ?? 0) < releaseAfterMs) continue;
    if (free - size([block]) < reserve) continue;
    back.add(block);
    free -= size([block]);
  }
  return granted.filter((block) => back.has(block));
};
