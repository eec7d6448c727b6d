import { type Cidr, compareCidr, containsCidr, parseCidr } from '../values/cidr.ts';
import type { NodeBody } from './statement/node.ts';

/**
 * The nodes among some of a cluster of which two cannot be in force together, since they have a key or addresses in common. All others may come into
 * force in one step, in any order.
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
  // Two blocks are apart, or one contains the other. Sorted, the containing one comes first; those that contain it met it before.
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
