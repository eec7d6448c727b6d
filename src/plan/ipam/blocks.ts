import { type Cidr, cidrSize, compareCidr, containsCidr, overlaps } from '../../values/address/cidr.ts';
import { areDisjoint, findFree, mergeCidrs, subtractCidrs } from '../../values/address/cidr-space.ts';
import { widthOf } from '../../values/address/ip.ts';
import { compareText, sortedBy } from '../../values/text/order.ts';

/** The blocks of an owner (a cluster of a slice, a node of a cluster), in the order of the grants. */
export interface Holding {
  readonly owner: string;
  readonly blocks: readonly Cidr[];
}

/** A block with its current or former owner. */
export interface OwnedBlock {
  readonly owner: string;
  readonly block: Cidr;
}

/** The available blocks, their owners, and the demand. */
export interface BlockDemand {
  readonly space: readonly Cidr[];
  readonly held: readonly Holding[];
  /** The earliest retired first. */
  readonly retired: readonly OwnedBlock[];
  /** Addresses that each owner needs; an owner without an entry was removed. */
  readonly wants: ReadonlyMap<string, number>;
  /** Holdings grow by multiples of this; a power of two. */
  readonly unit: number;
  /** No owner grows beyond {@link fairShare}. @default false */
  readonly isFair?: boolean;
  /** Maximum number of blocks of one owner; small pieces must not make a list that is too long for an object. @default any number */
  readonly mostBlocks?: number;
}

/** The owners of all blocks from now on; store it before using it. */
export interface BlockGrant {
  /** By owner, for every owner with a block. */
  readonly held: readonly Holding[];
  /** The earliest retired first. */
  readonly retired: readonly OwnedBlock[];
  /** Addresses that are missing, by owner. */
  readonly short: ReadonlyMap<string, number>;
  /** Addresses beyond the fair share that were withheld, by owner. */
  readonly withheld: ReadonlyMap<string, number>;
  /** Blocks of the input that were dropped, because they are outside the space or overlap a block of an owner that comes first by name. */
  readonly dropped: readonly OwnedBlock[];
}

/**
 * Grants blocks to owners that need more, and revokes none (released blocks are no longer in `held`).
 *
 * ```
 * owner                              then
 * has enough                         keeps its blocks, including those it no longer needs
 * needs more                         gets more blocks: whole units while there are any, else the largest remaining pieces
 * was removed                        its blocks retire, behind those that retired before
 * returns                            gets its own retired blocks again, unless they were reused
 * finds nothing free                 gets retired blocks of others, the earliest retired first
 * needs more than its fair share     grows to that, if shares are kept; the grant contains how much was withheld
 * finds nothing at all               is short, and the grant contains by how many addresses
 * ```
 *
 * The first units of all owners come before any growth, and otherwise owners are served by name: the result does not depend on the order of the
 * input, and granting again changes nothing. Blocks never overlap and never change.
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
    // Each owner's part of the whole comes before any growth beyond it.
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
 * Addresses that one of several owners may have: its part of the whole, or half of what the others do not have, whichever is more; in whole units,
 * and at least one. So the others can always reach their part, and something is left for a later owner.
 */
export const fairShare = (total: number, owners: number, heldByOthers: number, unit: number): number => {
  const part = Math.max(Math.floor(total / Math.max(2, owners)), Math.floor((total - heldByOthers) / 2));
  // For less than two units, the nearest number of them: a slice of 16 addresses must hold two clusters.
  return Math.max(1, part < 2 * unit ? Math.round(part / unit) : Math.floor(part / unit)) * unit;
};

/** Addresses in some blocks that do not overlap. */
export const sizeOf = (blocks: readonly Cidr[]): number => blocks.reduce((sum, block) => sum + cidrSize(block), 0);

/** The free space during the grant. */
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

  /** A free block of that size, or else the largest one, or else the earliest retired. */
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

/** Holdings without invalid blocks: outside the space, or overlapping a kept one. */
const soundHoldings = (
  space: readonly Cidr[],
  held: readonly Holding[],
): { sound: ReadonlyMap<string, readonly Cidr[]>; dropped: OwnedBlock[] } => {
  const sound = new Map<string, Cidr[]>();
  const dropped: OwnedBlock[] = [];
  const kept: Cidr[] = [];
  // Comparing all pairs is slow with thousands of blocks, and rarely needed.
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
