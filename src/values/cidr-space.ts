import { type Cidr, compareCidr, containsCidr, halves, overlaps } from './cidr.ts';
import { compareIp } from './ip.ts';

const without = (from: Cidr, taken: readonly Cidr[]): Cidr[] => {
  const inside = taken.filter((block) => overlaps(from, block));
  if (inside.length === 0) return [from];
  const parts = halves(from);
  if (parts === undefined || inside.some((block) => containsCidr(block, from))) return [];
  return [...without(parts[0], inside), ...without(parts[1], inside)];
};

/** What remains of some blocks when others are taken away, as the largest blocks possible, ascending. */
export const subtractCidrs = (from: readonly Cidr[], taken: readonly Cidr[]): Cidr[] =>
  mergeCidrs(from).flatMap((block) => without(block, taken));

/** The lowest place for a block of `prefix` in some free blocks, or `undefined` when none is large enough. */
export const findFree = (gaps: readonly Cidr[], prefix: number): Cidr | undefined => {
  const gap = gaps.filter((free) => free.prefix <= prefix).toSorted(compareCidr)[0];
  return gap === undefined ? undefined : { base: gap.base, prefix };
};

/** True when one of the blocks contains the whole block; merge neighbours first where a block may lie across two of them. */
export const liesIn = (space: readonly Cidr[], block: Cidr): boolean => space.some((whole) => containsCidr(whole, block));

/** Those that share an address with a block, of things whose blocks are apart and ascending; finds them by halving. */
export const meeting = <T>(sorted: readonly T[], blockOf: (one: T) => Cidr, block: Cidr): T[] => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = sorted[middle];
    if (one !== undefined && compareIp(blockOf(one).base, block.base) <= 0) low = middle + 1;
    else high = middle;
  }
  const found: T[] = [];
  // The one that begins before may reach into the block; those that begin after lie in it or behind it.
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
  // Blocks are nested or apart, so in ascending order a block that meets any earlier one has an overlapping pair of neighbours before it.
  blocks.toSorted(compareCidr).every((block, index, sorted) => {
    const previous = sorted[index - 1];
    return previous === undefined || !containsCidr(previous, block);
  });

/** The same addresses in the fewest blocks: contained blocks dropped, neighbours joined; ascending. */
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

/** The block of which the last two of the list are the halves. */
const joined = (list: readonly Cidr[]): Cidr | undefined => {
  const [lower, upper] = [list.at(-2), list.at(-1)];
  if (lower === undefined || upper === undefined || lower.prefix !== upper.prefix || lower.prefix === 0) return undefined;
  const whole = { base: lower.base, prefix: lower.prefix - 1 };
  const parts = halves(whole);
  return parts !== undefined && compareCidr(parts[1], upper) === 0 && isAligned(whole) ? whole : undefined;
};

const isAligned = (cidr: Cidr): boolean =>
  typeof cidr.base === 'number' ? cidr.base % 2 ** (32 - cidr.prefix) === 0 : cidr.base % (1n << BigInt(128 - cidr.prefix)) === 0n;
