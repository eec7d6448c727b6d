import type { Cidr } from '../values/cidr.ts';
import { parseCidr } from '../values/cidr.ts';
import { liesIn, mergeCidrs } from '../values/cidr-space.ts';
import { statementLifetimeMs } from './lifetime.ts';
import { isAbout, isTombstone, type Stated } from './statement/statement.ts';

/** The latest statement or tombstone of a cluster about one subject. */
export interface Entry {
  readonly stated: Stated;
  /** SHA-256 of the signed text. */
  readonly digest: string;
  /** When it expires: milliseconds since 1970, by the clock of this cluster. */
  readonly expiresAt: number;
  /** Blocks that it makes those of its cluster, ascending and apart, whether it is in force or not. */
  readonly owns: readonly Cidr[];
  /**
   * Whether it is used. A tombstone is not, nor is a statement that expired or left its delegation: those are kept so that nothing older is
   * believed again.
   */
  readonly inForce: boolean;
}

/** An entry that is not in force yet. `pods` are the addresses within which a claim counts; undefined for the own cluster. */
export const createEntry = (stated: Stated, digest: string, expiresAt: number, pods: readonly Cidr[] | undefined): Entry => ({
  stated,
  digest,
  expiresAt,
  owns: ownedBy(stated, pods),
  inForce: false,
});

/**
 * A claim beyond the slice owns nothing: a claim with any other fault waits for another statement and never becomes an entry. So the
 * blocks of an entry were judged, and no cluster owns a block merely by naming it.
 */
const ownedBy = (stated: Stated, pods: readonly Cidr[] | undefined): readonly Cidr[] => {
  if (isTombstone(stated) || !isAbout(stated, 'Cluster')) return [];
  const blocks = mergeCidrs(stated.body.blocks.map(parseCidr));
  return pods === undefined || blocks.every((block) => liesIn(pods, block)) ? blocks : [];
};

/**
 * Until when an entry must be remembered so that nothing older can be believed again, in milliseconds since 1970.
 *
 * A clock that was set back makes a later statement expire before an earlier one. But no clock of the author ever showed more than the serial does,
 * which counts its microseconds and only goes up: nothing older holds longer than a lifetime after that.
 */
export const rememberedUntil = ({ stated }: Entry): number =>
  Math.max(Date.parse(stated.expiresAt), Math.floor(stated.serial / 1000) + statementLifetimeMs);
