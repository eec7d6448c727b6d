import { hasEnded, type Membership } from '../../api/membership/type.ts';

/** A membership that loses blocks. */
export interface TakenBack {
  readonly membership: Membership;
  readonly blocks: readonly string[];
}

/**
 * The memberships from which blocks are taken back: only those that their cluster released; the first block always stays. The blocks are free only
 * when this is written, with the version of the membership that was decided from: a cluster that needs a block after all removes it from its list,
 * and then the write must fail.
 */
export const planTakeBack = (memberships: readonly Membership[]): TakenBack[] =>
  memberships.flatMap((membership) => {
    const released = new Set(membership.status?.releasedBlocks ?? []);
    if (released.size === 0 || hasEnded(membership)) return [];
    const blocks = membership.spec.blocks.filter((block, index) => index === 0 || !released.has(block));
    return blocks.length === membership.spec.blocks.length ? [] : [{ membership, blocks }];
  });
