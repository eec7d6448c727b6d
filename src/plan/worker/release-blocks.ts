import { overlaps, parseCidr } from '../../values/cidr.ts';
import { sizeOf } from '../blocks.ts';

/** A block that nobody has used for this long is given back, in milliseconds: nodes that come and go within it find their addresses again. */
export const releaseAfterMs = 3_600_000;

/** How this cluster uses its address blocks of a slice. */
export interface BlockUse {
  /** Granted by the hub, the first one first. */
  readonly granted: readonly string[];
  /** The blocks that this cluster releases; it uses none of them. */
  readonly released: readonly string[];
  /** The blocks of its nodes. */
  readonly nodes: readonly string[];
  /** For how long no node has had a part of a block, in milliseconds. */
  readonly idleMs: ReadonlyMap<string, number>;
  /** Nodes want addresses that the blocks in use do not have. */
  readonly isShort: boolean;
  /** Addresses that stay free for nodes to come: the unit in which clusters grow. */
  readonly reserve: number;
}

/** The blocks that no node has a part of. */
export const unusedBlocks = (granted: readonly string[], nodes: readonly string[]): string[] => {
  const taken = nodes.map(parseCidr);
  return granted.filter((block) => !taken.some((part) => overlaps(part, parseCidr(block))));
};

/**
 * The blocks to give back from now on, in the order in which they were granted.
 *
 * ```
 * nodes are short of addresses       none: what was given back and not taken yet is used again
 * a block is the first one           never: a member of a slice has an address
 * a node has a part of it            never
 * it was given back already          stays so
 * unused for an hour                 given back, the latest granted first, while the rest keeps a reserve
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
