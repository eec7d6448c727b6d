import { membershipKind } from '../../../api/kinds.ts';
import type { Membership } from '../../../api/membership/type.ts';
import { decideRelease, reportOfUse, requestedAddresses, unusedSince, usableBlocks } from '../../../plan/ipam/block-use.ts';
import { subnetLayout } from '../../../values/address/subnet-layout.ts';
import { objectKey } from '../../../values/object-key.ts';
import type { Session } from '../session/session.ts';

/** The address blocks that this cluster uses, and its reports to the hub about them. */
export interface BlockUses {
  /** The blocks that are used and published: the granted ones without the released ones. */
  usable(): string[];
  /**
   * Decides which blocks to release, given the blocks of the nodes, and whether those lack addresses (`wantedAddresses` in all). A released block is
   * no longer {@link usable} from the decision on. A block that is used again is usable only when the hub has stored that, which this requests.
   */
  decide(nodes: readonly string[], wantedAddresses: number | undefined, signal: AbortSignal): Promise<void>;
  /** Reports the decision to the hub; call it after this cluster published its blocks without the released ones. */
  report(wantedAddresses: number | undefined, signal: AbortSignal): Promise<void>;
}

/** The blocks of a session, none of them known as unused. */
export const createBlockUses = (session: Session): BlockUses => {
  const { hub, local, members, clock } = session;
  const reserve = subnetLayout(session.grant.sliceSubnet).clusterUnit;
  const current = (): Membership => members.get(objectKey(session.membership.metadata)) ?? session.membership;
  let since: ReadonlyMap<string, number> = new Map();
  /** The released blocks; undefined while the hub has the same list. */
  let decided: readonly string[] | undefined;
  /** This run wrote to the hub, and the mirror does not show it yet. */
  let isReported = false;
  const known = () => ({
    granted: session.grant.blocks,
    reported: current().status?.releasedBlocks ?? [],
    decided: decided ?? [],
  });

  const write = async (status: NonNullable<Membership['status']>, signal: AbortSignal): Promise<void> => {
    const { metadata } = current();
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, status };
    await hub.client.mergePatch(membershipKind, session.membership.metadata, patch, { signal, subresource: 'status' });
  };
  const usable = (): string[] =>
    usableBlocks(
      known(),
      local.sliceNodes.byIndex('slice', session.slice).flatMap((node) => node.spec.blocks),
    );

  return {
    usable,
    decide: async (nodes, wantedAddresses, signal) => {
      const now = clock.monotonic();
      since = unusedSince(since, session.grant.blocks, nodes, now);
      const before = usable();
      const isShort = wantedAddresses !== undefined;
      const { released, usesAgain } = decideRelease({ ...known(), nodes, since, isShort, reserve, now });
      if (usesAgain) {
        await write({ releasedBlocks: [...released], wantedAddresses: requestedAddresses(wantedAddresses, before) }, signal);
        decided = undefined;
        isReported = true;
        return;
      }
      decided = released;
      isReported = false;
    },
    report: async (wantedAddresses, signal) => {
      if (isReported) return;
      const status = reportOfUse(current().status, decided ?? [], wantedAddresses, usable());
      if (status !== undefined) await write(status, signal);
    },
  };
};
