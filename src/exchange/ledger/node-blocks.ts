import { type Cidr, compareCidr } from '../../values/address/cidr.ts';
import { meeting } from '../../values/address/cidr-space.ts';

/** A block, and the node of a cluster that has it. */
export interface NodeBlock {
  readonly block: Cidr;
  readonly node: string;
}

/** The blocks of a cluster's nodes, with those of some nodes replaced; ascending, for the binary search of {@link blockHolder}. */
export const withNodeBlocks = (held: readonly NodeBlock[], changes: ReadonlyMap<string, readonly Cidr[]>): readonly NodeBlock[] => {
  const others = held.filter((one) => !changes.has(one.node));
  const added = [...changes].flatMap(([node, blocks]) => blocks.map((block) => ({ block, node })));
  if (others.length === held.length && added.length === 0) return held;
  return [...others, ...added].toSorted((a, b) => compareCidr(a.block, b.block));
};

/** The node, other than `node`, that has an address of the block. */
export const blockHolder = (held: readonly NodeBlock[], block: Cidr, node: string): string | undefined =>
  meeting(held, (one) => one.block, block).find((one) => one.node !== node)?.node;
