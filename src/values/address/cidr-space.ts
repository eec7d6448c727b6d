import { type Cidr, compareCidr, containsCidr, halves, overlaps } from './cidr.ts';
import { compareIp } from './ip.ts';

const without = (from: Cidr, taken: readonly Cidr[]): Cidr[] => {
  const inside = taken.filter((block) => overlaps(from, block));
  if (inside.length === 0) return [from];
  const parts = halves(from);
  if (parts === undefined || inside.some((block) => containsCidr(block, from))) return [];
  return [...without(parts[0], inside), ...without(parts[1], inside)];
};

/** The addresses of `from` without those of `taken`, as the largest possible blocks, ascending. */
export const subtractCidrs = (from: readonly Cidr[], taken: readonly Cidr[]): Cidr[] =>
  mergeCidrs(from).flatMap((block) => without(block, taken));

/** The lowest free block of length `prefix`, or `undefined` when no gap is large enough. */
export const findFree = (gaps: readonly Cidr[], prefix: number): Cidr | undefined => {
  const gap = gaps.filter((free) => free.prefix <= prefix).toSorted(compareCidr)[0];
  return gap === undefined ? undefined : { base: gap.base, prefix };
};

/** True when one of the blocks contains the whole block. Merge neighbours first if a block may span two of them. */
export const liesIn = (space: readonly Cidr[], block: Cidr): boolean => space.some((whole) => containsCidr(whole, block));

/** The things whose block shares an address with `block`. The blocks of the things must be disjoint and ascending. Binary search. */
export const meeting = <T>(sorted: readonly T[], blockOf: (one: T) => Cidr, block: Cidr): T[] => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = sorted[middle];
    if (one !== undefined && compareIp(blockOf(one).base, block.base) <= 0) low = middle + 1;
    else high = middle;
  }
  const found: T[] = [];
  // Of the blocks that begin earlier only the last can reach into this one; the following blocks begin inside it or after it.
  for (let index = Math.max(0, low - 1); index < sorted.length; index += 1) {
    const one = sorted[index];
    if (one === undefined) break;
    if (overlaps(blockOf(one), block)) found.push(one);
    else if (index >= low) break;
  }
  return found;
};

/** True when no two of the blocks share an address. */
export const areDisjoint = (blocks: readonly Cidr[]): boolean =>
  // Blocks are nested or disjoint. So in ascending order, a block that overlaps any earlier block overlaps some neighbour before it too.
  blocks.toSorted(compareCidr).every((block, index, sorted) => {
    const previous = sorted[index - 1];
    return previous === undefined || !containsCidr(previous, block);
  });

/** The same addresses in the fewest blocks, ascending: contained blocks are dropped, and neighbours are joined. */
export const mergeCidrs = (blocks: readonly Cidr[]): Cidr[] => {
  const merged: Cidr[] = [];
  for (const block of blocks.toSorted(compareCidr)) {
    const previous = merged.at(-1);
    if (previous !== undefined && containsCidr(previous, block)) continue;
    merged.push(block);
    for (let pair = joined(merged); pair !== undefined; pair = joined(merged)) merged.splice(-2, 2, pair);
  }
  return merged;
};

/** The block whose halves are the last two of the list. */
const joined = (list: readonly Cidr[]): Cidr | undefined => {
  const [lower, upper] = [list.at(-2), list.at(-1)];
  if (lower === undefined || upper === undefined || lower.prefix !== upper.prefix || lower.prefix === 0) return undefined;
  const whole = { base: lower.base, prefix: lower.prefix - 1 };
  const parts = halves(whole);
  return parts !== undefined && compareCidr(parts[1], upper) === 0 && isAligned(whole) ? whole : undefined;
};

const isAligned = (cidr: Cidr): boolean =>
  typeof cidr.base === 'number' ? cidr.base % 2 ** (32 - cidr.prefix) === 0 : cidr.base % (1n << BigInt(128 - cidr.prefix)) === 0n;
