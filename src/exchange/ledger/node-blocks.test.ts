import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cidrAround, compareCidr, overlaps } from '../../values/address/cidr.ts';
import { blockHolder, type NodeBlock, withNodeBlocks } from './node-blocks.ts';

const block = fc.tuple(fc.nat(0x3ff), fc.integer({ min: 24, max: 32 })).map(([host, prefix]) => cidrAround(0x0a000000 + host, prefix));
const blockOfSix = fc.tuple(fc.nat(0x3ff), fc.integer({ min: 120, max: 128 })).map(([host, prefix]) => cidrAround(BigInt(host), prefix));
const either = fc.oneof(block, blockOfSix);
const node = fc.constantFrom('a', 'b', 'c');

it('finds another node in a block exactly if one by one would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(node, either), { maxLength: 30 }), either, node, (steps, asked, who) => {
      let held: readonly NodeBlock[] = [];
      for (const [name, one] of steps) {
        const apart = held.every(({ block: other }) => !overlaps(other, one));
        if (!apart) continue;
        const blocks = held.filter((each) => each.node === name).map((each) => each.block);
        held = withNodeBlocks(held, new Map([[name, [...blocks, one]]]));
      }
      expect(held.toSorted((a, b) => compareCidr(a.block, b.block))).toEqual(held);
      const others = held.filter((each) => each.node !== who && overlaps(each.block, asked)).map((each) => each.node);
      const found = blockHolder(held, asked, who);
      if (others.length === 0) expect(found).toBeUndefined();
      else expect(others).toContain(found);
    }),
    { numRuns: 1000 },
  );
});
