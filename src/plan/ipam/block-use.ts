import type { Membership } from '../../api/membership/type.ts';
import { parseCidr } from '../../values/address/cidr.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { sizeOf } from './blocks.ts';
import { planRelease, unusedBlocks } from './release-blocks.ts';

/** The state of this cluster's blocks in a slice. */
export interface BlockKnowledge {
  /** Granted by the hub, in the order of the grant. */
  readonly granted: readonly string[];
  /** Those that the hub knows as released. */
  readonly reported: readonly string[];
  /** Those that this run decided to release and the hub does not know yet. */
  readonly decided: readonly string[];
}

/**
 * The blocks that are used and published: the granted ones without the released ones. A block of a node counts as used even if the hub knows it as
 * released: the hub must not make this cluster drop addresses of pods. `nodes` are the blocks of the nodes.
 */
export const usableBlocks = ({ granted, reported, decided }: BlockKnowledge, nodes: readonly string[]): string[] => {
  const unused = new Set(unusedBlocks(granted, nodes));
  const back = new Set([...reported, ...decided].filter((block) => unused.has(block)));
  return granted.filter((block) => !back.has(block));
};

/** Since when each block is unused, by a monotonic clock in milliseconds, at `now`; `before` is the previous result. */
export const unusedSince = (
  before: ReadonlyMap<string, number>,
  granted: readonly string[],
  nodes: readonly string[],
  now: number,
): ReadonlyMap<string, number> => new Map(unusedBlocks(granted, nodes).map((block) => [block, before.get(block) ?? now]));

/** The inputs of the decision which blocks to release. */
export interface ReleaseInput extends BlockKnowledge {
  /** The blocks of the nodes. */
  readonly nodes: readonly string[];
  /** Since when each block is unused. */
  readonly since: ReadonlyMap<string, number>;
  /** Nodes need addresses that the usable blocks do not have. */
  readonly isShort: boolean;
  /** Addresses that stay free for new nodes. */
  readonly reserve: number;
  readonly now: number;
}

/** The blocks to release from now on. */
export interface ReleaseDecision {
  readonly released: readonly string[];
  /**
   * Released blocks that the hub knows are used again. Use them only when the hub has stored this: it takes a released block back by the same
   * resource version, so that no block is both used and taken.
   */
  readonly usesAgain: boolean;
}

/** Decides which blocks to release; see `planRelease` for the rule. */
export const decideRelease = ({ granted, reported, decided, nodes, since, isShort, reserve, now }: ReleaseInput): ReleaseDecision => {
  const released = [...new Set([...reported, ...decided])];
  const idleMs = new Map([...since].map(([block, at]) => [block, now - at]));
  const next = planRelease({ granted, released, nodes, idleMs, isShort, reserve });
  return { released: next, usesAgain: reported.some((block) => granted.includes(block) && !next.includes(block)) };
};

/** The addresses to request from the hub, at most as many as its schema allows; `wanted` is undefined when the blocks suffice. */
export const requestedAddresses = (wanted: number | undefined, blocks: readonly string[]): number =>
  Math.min(2 ** 24, wanted ?? sizeOf(blocks.map(parseCidr)));

/**
 * What to report to the hub, given its current state; undefined when there is no difference.
 *
 * ```
 * released blocks differ           both are reported
 * more addresses wanted than that  both are reported
 * fewer, or none                   nothing: a request is withdrawn only together with a release
 * ```
 */
export const reportOfUse = (
  status: Membership['status'],
  released: readonly string[],
  wanted: number | undefined,
  usable: readonly string[],
): NonNullable<Membership['status']> | undefined => {
  const wantedAddresses = requestedAddresses(wanted, usable);
  const grows = wanted !== undefined && wantedAddresses > (status?.wantedAddresses ?? 0);
  const gives = canonicalJson(released) !== canonicalJson(status?.releasedBlocks ?? []);
  if (!grows && !gives) return undefined;
  return { releasedBlocks: [...released], ...(grows || released.length > 0 ? { wantedAddresses } : {}) };
};
