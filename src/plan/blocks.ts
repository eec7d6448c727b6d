import { type Cidr, cidrSize, compareCidr, containsCidr, overlaps } from '../values/cidr.ts';
import { areDisjoint, findFree, mergeCidrs, subtractCidrs } from '../values/cidr-space.ts';
import { widthOf } from '../values/ip.ts';
import { compareText, sortedBy } from '../values/order.ts';

/** The blocks that an owner (a cluster of a slice, a node of a cluster) has, the first one first. */
export interface Holding {
  readonly owner: string;
  readonly blocks: readonly Cidr[];
}

/** A block with the owner that has or had it. */
export interface OwnedBlock {
  readonly owner: string;
  readonly block: Cidr;
}

/** What blocks are to be had, who has them and who wants them. */
export interface BlockDemand {
  readonly space: readonly Cidr[];
  readonly held: readonly Holding[];
  /** The longest retired first. */
  readonly retired: readonly OwnedBlock[];
  /** Addresses that each owner wants in all; an owner that is not here is gone. */
  readonly wants: ReadonlyMap<string, number>;
  /** Holdings grow by multiples of this; a power of two. */
  readonly unit: number;
  /** Nobody grows beyond {@link fairShare}. @default false */
  readonly isFair?: boolean;
  /** Blocks that one owner may have; small pieces must not make a list that no object holds. @default any number */
  readonly mostBlocks?: number;
}

/** Who has which blocks from now on; to be written down before anything is made of it. */
export interface BlockGrant {
  /** By owner; everybody who has a block. */
  readonly held: readonly Holding[];
  /** The longest retired first. */
  readonly retired: readonly OwnedBlock[];
  /** Addresses that could not be given, by owner. */
  readonly short: ReadonlyMap<string, number>;
  /** Addresses that were not given because they are more than a fair share, by owner. */
  readonly withheld: ReadonlyMap<string, number>;
  /** Blocks of the input that were not honoured, because they lie outside the space or meet a block of an owner that comes first by name. */
  readonly dropped: readonly OwnedBlock[];
}

/**
 * Gives blocks to those who want more, and takes nothing away from anybody (what is given back is no longer in `held`).
 *
 * ```
 * owner                              then
 * has enough                         keeps its blocks, also those it no longer needs
 * wants more                         gets further blocks: whole units where there are any, else the largest pieces left
 * is gone                            its blocks retire, behind those that retired before
 * is back                            gets its own retired blocks again, if nobody needed them in between
 * finds nothing free                 gets blocks of others that retired, the longest retired first
 * wants more than its fair share      grows to that, if shares are kept; the grant says how much was withheld
 * finds nothing at all               is short, and the grant says by how many addresses
 * ```
 *
 * Everybody's first unit comes before anybody's growth, and otherwise owners are served by name: the outcome depends on no order of the
 * input, and granting again what was granted changes nothing. Blocks never overlap and never move.
 */
export const grantBlocks = (demand: BlockDemand): BlockGrant => {
  const space = mergeCidrs(demand.space);
  const { sound, dropped } = soundHoldings(space, demand.held);
  const holdings = new Map<string, Cidr[]>();
  const taken = [...sound.values()].flat();
  const retired = demand.retired.filter(
    ({ block }, index) =>
      space.some((whole) => containsCidr(whole, block)) &&
      !taken.some((other) => overlaps(other, block)) &&
      !demand.retired.slice(0, index).some((earlier) => overlaps(earlier.block, block)),
  );
  for (const [owner, blocks] of sound) {
    if (demand.wants.has(owner)) holdings.set(owner, [...blocks]);
    else retired.push(...blocks.map((block) => ({ owner, block })));
  }
  const returned = retired.filter(({ owner }) => demand.wants.has(owner));
  for (const { owner, block } of returned) holdings.set(owner, [...(holdings.get(owner) ?? []), block]);

  const pool = new Pool(
    subtractCidrs(space, [...holdings.values()].flat().concat(retired.map(({ block }) => block))),
    retired.filter((entry) => !returned.includes(entry)),
  );
  const owners = [...demand.wants.keys()].toSorted(compareText);
  const short = new Map<string, number>();
  const serve = (owner: string, goal: number): void => {
    const blocks = holdings.get(owner) ?? [];
    const missing = pool.take(goal - sizeOf(blocks), blocks, demand.mostBlocks ?? Infinity);
    if (blocks.length > 0) holdings.set(owner, blocks);
    if (missing > 0) short.set(owner, missing);
    else short.delete(owner);
  };
  for (const owner of owners) serve(owner, demand.unit);
  const has = (owner: string): number => sizeOf(holdings.get(owner) ?? []);
  const goalOf = (owner: string): number => Math.max(1, Math.ceil((demand.wants.get(owner) ?? 0) / demand.unit)) * demand.unit;
  const withheld = new Map<string, number>();
  if (demand.isFair === true) {
    const total = sizeOf(space);
    // Everybody's part of the whole comes before anybody's growth beyond it.
    const part = fairShare(total, owners.length, total, demand.unit);
    for (const owner of owners) serve(owner, Math.min(goalOf(owner), part));
    let held = owners.reduce((sum, owner) => sum + has(owner), 0);
    for (const owner of owners) {
      const before = has(owner);
      const most = Math.max(before, fairShare(total, owners.length, held - before, demand.unit));
      if (most < goalOf(owner)) withheld.set(owner, goalOf(owner) - most);
      serve(owner, Math.min(goalOf(owner), most));
      held += has(owner) - before;
    }
  } else for (const owner of owners) serve(owner, goalOf(owner));

  const held = sortedBy(holdings, ([owner]) => owner).map(([owner, blocks]) => ({ owner, blocks }));
  return { held, retired: pool.retired, short, withheld, dropped };
};

/**
 * Addresses that one of some owners may hold in all: its part of the whole, or half of what the others do not hold, whichever is more; in whole units,
 * and at least one. So nobody takes what others still need to come to their part, and there is always something left for one who comes later.
 */
export const fairShare = (total: number, owners: number, heldByOthers: number, unit: number): number => {
  const part = Math.max(Math.floor(total / Math.max(2, owners)), Math.floor((total - heldByOthers) / 2));
  // Where a part is less than two units, the nearer number of them: a slice of 16 addresses must carry two clusters.
  return Math.max(1, part < 2 * unit ? Math.round(part / unit) : Math.floor(part / unit)) * unit;
};

/** Addresses in some blocks that do not overlap. */
export const sizeOf = (blocks: readonly Cidr[]): number => blocks.reduce((sum, block) => sum + cidrSize(block), 0);

/** The free space while it is being given away. */
class Pool {
  #gaps: Cidr[];
  readonly retired: OwnedBlock[];

  constructor(gaps: Cidr[], retired: OwnedBlock[]) {
    this.#gaps = gaps;
    this.retired = retired;
  }

  /** Appends blocks of `count` addresses in all to `into` until it has `most` blocks, and returns how many addresses are missing. */
  take(count: number, into: Cidr[], most: number): number {
    let missing = Math.max(0, count);
    while (missing > 0 && into.length < most) {
      const block = this.#next(2 ** Math.floor(Math.log2(missing)));
      if (block === undefined) break;
      into.push(block);
      this.#gaps = subtractCidrs(this.#gaps, [block]);
      missing -= cidrSize(block);
    }
    return missing;
  }

  /** A free block of that size, or else the largest there is, or else from the longest retired. */
  #next(size: number): Cidr | undefined {
    const largest = this.#gaps.toSorted((a, b) => a.prefix - b.prefix || compareCidr(a, b))[0];
    if (largest === undefined) {
      const oldest = this.retired.shift();
      if (oldest === undefined) return undefined;
      this.#gaps = mergeCidrs([oldest.block]);
      return this.#next(size);
    }
    return findFree(this.#gaps, widthOf(largest.base) - Math.log2(size)) ?? largest;
  }
}

/** Holdings without blocks that cannot be: outside the space, or meeting one that is kept already. */
const soundHoldings = (
  space: readonly Cidr[],
  held: readonly Holding[],
): { sound: ReadonlyMap<string, readonly Cidr[]>; dropped: OwnedBlock[] } => {
  const sound = new Map<string, Cidr[]>();
  const dropped: OwnedBlock[] = [];
  const kept: Cidr[] = [];
  // Comparing each with each is slow with thousands of blocks, and almost never needed.
  const clean = areDisjoint(held.flatMap(({ blocks }) => blocks));
  for (const { owner, blocks } of sortedBy(held, (holding) => holding.owner)) {
    const good = blocks.filter((block) => {
      const keep = space.some((whole) => containsCidr(whole, block)) && (clean || !kept.some((other) => overlaps(other, block)));
      if (keep) kept.push(block);
      else dropped.push({ owner, block });
      return keep;
    });
    if (good.length > 0) sound.set(owner, [...(sound.get(owner) ?? []), ...good]);
  }
  return { sound, dropped };
};
