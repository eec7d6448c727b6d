import { type Cidr, compareCidr, containsCidr, parseCidr } from '../../values/address/cidr.ts';
import type { NodeBody } from '../statement/node.ts';

/**
 * The nodes of a cluster that share a key or addresses with another of them, so that two of them cannot be in force together. All others can come
 * into force in one step, in any order.
 */
export const entangledNodes = (nodes: ReadonlyMap<string, NodeBody>): ReadonlySet<string> => {
  const entangled = new Set<string>();
  const meet = (a: string, b: string): void => {
    if (a === b) return;
    entangled.add(a);
    entangled.add(b);
  };
  const keys = new Map<string, string>();
  for (const [node, { publicKey }] of nodes) {
    meet(keys.get(publicKey) ?? node, node);
    keys.set(publicKey, node);
  }
  const blocks = [...nodes].flatMap(([node, body]) => body.blocks.map((block) => ({ node, block: parseCidr(block) })));
  // Two blocks are disjoint, or one contains the other. In sorted order a containing block comes before the blocks that it contains.
  const around: { readonly node: string; readonly block: Cidr }[] = [];
  for (const one of blocks.toSorted((a, b) => compareCidr(a.block, b.block))) {
    let inner = around.at(-1);
    while (inner !== undefined && !containsCidr(inner.block, one.block)) {
      around.pop();
      inner = around.at(-1);
    }
    if (inner !== undefined) meet(inner.node, one.node);
    around.push(one);
  }
  return entangled;
};
