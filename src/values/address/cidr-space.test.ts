import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cidr, cidrAround, cidrSize, containsIp, formatCidr, overlaps, parseCidr } from './cidr.ts';
import { areDisjoint, findFree, mergeCidrs, subtractCidrs } from './cidr-space.ts';

const cidrs = (...texts: string[]): Cidr[] => texts.map(parseCidr);
/** Blocks inside 10.0.0.0/24, so that they meet often and every address can be looked at. */
const small = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }))
  .map(([host, prefix]) => cidrAround(0x0a000000 + host, prefix));
const covers = (blocks: readonly Cidr[], ip: number) => blocks.some((block) => containsIp(block, ip));
const addresses = Array.from({ length: 256 }, (_, host) => 0x0a000000 + host);

describe('subtractCidrs', () => {
  it.each([
    [['10.0.0.0/16'], [], ['10.0.0.0/16']],
    [['10.0.0.0/16'], ['10.0.0.0/16'], []],
    [['10.0.0.0/16'], ['10.0.0.0/8'], []],
    [['10.0.0.0/24'], ['10.0.0.64/26'], ['10.0.0.0/26', '10.0.0.128/25']],
    [['10.0.0.0/30'], ['10.0.0.1/32', '10.0.0.2/32'], ['10.0.0.0/32', '10.0.0.3/32']],
    [['10.0.0.0/25', '10.0.0.128/25'], ['11.0.0.0/8'], ['10.0.0.0/24']],
    [['2001:db8::/32'], ['2001:db8::/33'], ['2001:db8:8000::/33']],
    [['10.0.0.0/24', '::/1'], ['::/2'], ['10.0.0.0/24', '4000::/2']],
  ])('%j without %j is %j', (from, taken, rest) => {
    expect(subtractCidrs(cidrs(...from), cidrs(...taken)).map(formatCidr)).toEqual(rest);
  });

  it('keeps exactly the addresses of the first that are not in the second, in blocks that do not overlap', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 5 }), fc.array(small, { maxLength: 8 }), (from, taken) => {
        const rest = subtractCidrs(from, taken);
        for (const ip of addresses) expect(covers(rest, ip)).toBe(covers(from, ip) && !covers(taken, ip));
        for (const [i, a] of rest.entries()) for (const b of rest.slice(i + 1)) expect(overlaps(a, b)).toBe(false);
      }),
    );
  });
});

describe('mergeCidrs', () => {
  it('keeps the addresses, needs the fewest blocks, does not depend on order', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 12 }), (blocks) => {
        const merged = mergeCidrs(blocks);
        for (const ip of addresses) expect(covers(merged, ip)).toBe(covers(blocks, ip));
        expect(merged.reduce((sum, block) => sum + cidrSize(block), 0)).toBe(addresses.filter((ip) => covers(blocks, ip)).length);
        expect(mergeCidrs(merged)).toEqual(merged);
        expect(mergeCidrs(blocks.toReversed())).toEqual(merged);
        expect(merged).toEqual(subtractCidrs([parseCidr('10.0.0.0/24')], subtractCidrs([parseCidr('10.0.0.0/24')], blocks)));
      }),
    );
  });

  it('does not join neighbours that are not halves of one block', () => {
    expect(mergeCidrs(cidrs('10.0.1.0/24', '10.0.2.0/24')).map(formatCidr)).toEqual(['10.0.1.0/24', '10.0.2.0/24']);
    expect(mergeCidrs(cidrs('::/1', '8000::/1')).map(formatCidr)).toEqual(['::/0']);
  });
});

describe('findFree', () => {
  it.each([
    [['10.0.0.0/16'], 24, '10.0.0.0/24'],
    [['10.1.0.0/16', '10.0.0.0/30', '10.0.5.0/24'], 24, '10.0.5.0/24'],
    [['10.1.0.0/24', '10.0.0.0/24'], 24, '10.0.0.0/24'],
    [['10.0.0.0/25'], 24, undefined],
    [[], 32, undefined],
  ])('in %j for a /%i takes %s', (gaps, prefix, expected) => {
    const found = findFree(cidrs(...gaps), prefix);
    expect(found && formatCidr(found)).toBe(expected);
  });
});

describe('areDisjoint', () => {
  it('agrees with comparing each with each', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 5 }), (blocks) => {
        const met = blocks.some((a, i) => blocks.slice(i + 1).some((b) => overlaps(a, b)));
        expect(areDisjoint(blocks)).toBe(!met);
      }),
      { numRuns: 500 },
    );
  });
});
