import { membershipKind } from '../../api/kinds.ts';
import type { Membership } from '../../api/membership/type.ts';
import { sizeOf } from '../../plan/blocks.ts';
import { planRelease, unusedBlocks } from '../../plan/worker/release-blocks.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { parseCidr } from '../../values/cidr.ts';
import { objectKey } from '../../values/object-key.ts';
import { subnetLayout } from '../../values/subnet-layout.ts';
import type { Session } from './session.ts';

/** Which of its address blocks this cluster uses, and what it reports to the hub about them. */
export interface BlockUses {
  /** The blocks that are used and stated: those of the grant but for those that are given back. */
  usable(): string[];
  /**
   * Decides which blocks are given back, given the blocks of the nodes, and whether those lack addresses (`wantedAddresses` in all). What is given back is
   * not {@link usable} from the moment of the decision; what is used again is only when the hub has stored that, which this requests.
   */
  decide(nodes: readonly string[], wantedAddresses: number | undefined, signal: AbortSignal): Promise<void>;
  /** Reports the decision to the hub; after the statement of this cluster names its blocks without those that are given back. */
  report(wantedAddresses: number | undefined, signal: AbortSignal): Promise<void>;
}

/** The addresses to request from the hub: at most as many as its schema allows. */
const wantedOf = (wantedAddresses: number | undefined, blocks: readonly string[]): number =>
  Math.min(2 ** 24, wantedAddresses ?? sizeOf(blocks.map(parseCidr)));

/** The blocks of a session, of which nothing is known to be unused yet. */
export const createBlockUses = (session: Session): BlockUses => {
  const { hub, local, members, clock } = session;
  const unusedSince = new Map<string, number>();
  const reserve = subnetLayout(session.grant.sliceSubnet).clusterUnit;
  const current = (): Membership => members.get(objectKey(session.membership.metadata)) ?? session.membership;
  /** The blocks that are released; undefined while the hub has the same list. */
  let decided: readonly string[] | undefined;
  /** This run wrote to the hub, and the mirror does not show it yet. */
  let isReported = false;
  const reported = (): readonly string[] => current().status?.releasedBlocks ?? [];
  const released = (): readonly string[] => [...new Set([...reported(), ...(decided ?? [])])];

  const write = async (status: NonNullable<Membership['status']>, signal: AbortSignal): Promise<void> => {
    const { metadata } = current();
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, status };
    await hub.client.mergePatch(membershipKind, session.membership.metadata, patch, { signal, subresource: 'status' });
  };
  // A block that a node has is used, whatever the hub shows as given back: the hub must not make this cluster drop addresses that pods have.
  const usable = (): string[] => {
    const nodes = local.sliceNodes.byIndex('slice', session.slice).flatMap((node) => node.spec.blocks);
    const unused = new Set(unusedBlocks(session.grant.blocks, nodes));
    const back = new Set(released().filter((block) => unused.has(block)));
    return session.grant.blocks.filter((block) => !back.has(block));
  };

  return {
    usable,
    decide: async (nodes, wantedAddresses, signal) => {
      const now = clock.monotonic();
      const unused = new Set(unusedBlocks(session.grant.blocks, nodes));
      for (const block of unusedSince.keys()) if (!unused.has(block)) unusedSince.delete(block);
      for (const block of unused) if (!unusedSince.has(block)) unusedSince.set(block, now);
      const idleMs = new Map([...unusedSince].map(([block, since]) => [block, now - since]));
      const isShort = wantedAddresses !== undefined;
      const before = usable();
      const next = planRelease({ granted: session.grant.blocks, released: released(), nodes, idleMs, isShort, reserve });
      const again = reported().filter((block) => session.grant.blocks.includes(block) && !next.includes(block));
      if (again.length > 0) {
        // Used again only when this is written: with the version in which the block was still granted, or it fails.
        await write({ releasedBlocks: [...next], wantedAddresses: wantedOf(wantedAddresses, before) }, signal);
        decided = undefined;
        isReported = true;
        return;
      }
      decided = next;
      isReported = false;
    },
    report: async (wantedAddresses, signal) => {
      if (isReported) return;
      const status = current().status ?? {};
      const releasedBlocks = [...(decided ?? [])];
      const wants = wantedOf(wantedAddresses, usable());
      const grows = wants > (status.wantedAddresses ?? 0) && wantedAddresses !== undefined;
      const gives = canonicalJson(releasedBlocks) !== canonicalJson(status.releasedBlocks ?? []);
      if (!grows && !gives) return;
      const next = grows || releasedBlocks.length > 0 ? { wantedAddresses: wants } : {};
      await write({ releasedBlocks, ...next }, signal);
    },
  };
};
