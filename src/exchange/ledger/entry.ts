import type { Cidr } from '../../values/address/cidr.ts';
import { parseCidr } from '../../values/address/cidr.ts';
import { liesIn, mergeCidrs } from '../../values/address/cidr-space.ts';
import { isAbout, isTombstone, type Stated } from '../statement/statement.ts';
import { statementLifetimeMs } from '../trust/lifetime.ts';

/** The latest statement or tombstone of a cluster about one subject. */
export interface Entry {
  readonly stated: Stated;
  /** SHA-256 of the signed text. */
  readonly digest: string;
  /** Expiry in milliseconds since 1970, by the clock of this cluster. */
  readonly expiresAt: number;
  /** The blocks that it makes its cluster's own, ascending and disjoint, whether it is in force or not. */
  readonly owns: readonly Cidr[];
  /**
   * Whether it is in force. A tombstone is not, nor is a statement that expired or left its delegation: these are kept so that no older statement is
   * accepted again.
   */
  readonly inForce: boolean;
}

/** An entry that is not in force yet. `pods` are the addresses inside which a claim counts; undefined for the own cluster. */
export const createEntry = (stated: Stated, digest: string, expiresAt: number, pods: readonly Cidr[] | undefined): Entry => ({
  stated,
  digest,
  expiresAt,
  owns: ownedBy(stated, pods),
  inForce: false,
});

/**
 * A claim outside of the slice owns nothing; a claim with any other fault waits for another statement and never becomes an entry. So the blocks of an
 * entry were judged, and a cluster cannot own a block merely by naming it.
 */
const ownedBy = (stated: Stated, pods: readonly Cidr[] | undefined): readonly Cidr[] => {
  if (isTombstone(stated) || !isAbout(stated, 'Cluster')) return [];
  const blocks = mergeCidrs(stated.body.blocks.map(parseCidr));
  return pods === undefined || blocks.every((block) => liesIn(pods, block)) ? blocks : [];
};

/**
 * How long to remember an entry so that no older statement is accepted again, in milliseconds since 1970.
 * If a clock was set back, a later statement expires before an earlier one. But the clock of the author never exceeded the serial, which counts its
 * microseconds and only increases. So every older statement expires within one lifetime after the time of the serial.
 */
export const rememberedUntil = ({ stated }: Entry): number =>
  Math.max(Date.parse(stated.expiresAt), Math.floor(stated.serial / 1000) + statementLifetimeMs);
