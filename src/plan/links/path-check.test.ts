import { describe, expect, it, test } from 'vitest';
import { parseCidr } from '../../values/address/cidr.ts';
import { heldUntil, longestHoldMs, nextPath } from './path-check.ts';

const blocks = (...texts: string[]) => texts.map(parseCidr);
const seen = (version: number | undefined, ...texts: string[]) => ({ blocks: blocks(...texts), version, isInitial: false });
const first = nextPath(undefined, { ...seen(7, '10.0.1.0/26'), isInitial: true }, 0);
const grown = nextPath(first, seen(12, '10.0.1.0/26', '10.0.2.0/26'), 100);
const fresh = nextPath(undefined, seen(7, '10.0.1.0/26'), 0);

test.each([
  ['a node without a SlicePeer', undefined, '10.0.1.5', 0, 0, Number.POSITIVE_INFINITY],
  ['an address in a block that its SlicePeer does not have yet', first, '10.0.2.5', 100, 0, Number.POSITIVE_INFINITY],
  ['an address of a node that was there before', first, '10.0.1.5', 0, 0, undefined],
  ['an address of a new node, while a node here has no path to it', fresh, '10.0.1.5', 6, 0, longestHoldMs],
  ['the same when all have', fresh, '10.0.1.5', 7, 0, undefined],
  ['the same when one says nothing for long', fresh, '10.0.1.5', 6, longestHoldMs, undefined],
  ['an address in the old block of a node that grew', grown, '10.0.1.5', 0, 200, undefined],
  ['an address in the new block, while a node here has not added it', grown, '10.0.2.5', 11, 200, 100 + longestHoldMs],
  ['the same when all have', grown, '10.0.2.5', 12, 200, undefined],
  ['the same when one says nothing for long', grown, '10.0.2.5', 11, 100 + longestHoldMs, undefined],
] as const)('%s', (_, path, address, confirmed, now, until) => {
  expect(heldUntil(path, address, () => confirmed, now)).toBe(until);
});

describe('a node that grows', () => {
  it('again before the first growth is confirmed waits for both', () => {
    const again = nextPath(grown, seen(20, '10.0.1.0/26', '10.0.2.0/26', '10.0.3.0/26'), 300);
    expect(heldUntil(again, '10.0.2.5', () => 12, 400)).toBe(300 + longestHoldMs);
    expect(heldUntil(again, '10.0.3.5', () => 20, 400)).toBeUndefined();
  });

  it('and whose SlicePeer changes otherwise goes on waiting, one that shrinks does not wait anew', () => {
    expect(nextPath(grown, { ...seen(15), blocks: grown.blocks }, 200).grown).toEqual(grown.grown);
    expect(nextPath(grown, seen(15, '10.0.1.0/26'), 200).grown).toEqual(grown.grown);
  });

  it('on an API server whose versions are no numbers counts at once', () => {
    const path = nextPath(first, seen(undefined, '10.0.1.0/26', '10.0.2.0/26'), 100);
    expect(heldUntil(path, '10.0.2.5', () => 0, 100)).toBeUndefined();
  });
});
