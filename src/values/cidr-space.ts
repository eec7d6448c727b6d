import { type Cidr, compareCidr, containsCidr, halves, overlaps } from './cidr.ts';

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

/**
 * The best free place for a block of `prefix`: the smallest gap that holds it, the lowest of equals, or `undefined`.
 *
 * Taking from the smallest gap keeps the large gaps whole for those who need them later.
 */
export const findFree = (gaps: readonly Cidr[], prefix: number): Cidr | undefined => {
  let best: Cidr | undefined;
  for (const gap of gaps) {
    if (gap.prefix > prefix) continue;
    if (best === undefined || gap.prefix > best.prefix || (gap.prefix === best.prefix && compareCidr(gap, best) < 0)) best = gap;
  }
  return best === undefined ? undefined : { base: best.base, prefix };
};

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
