import { membershipKind } from '../../../api/kinds.ts';
import type { Membership } from '../../../api/membership/type.ts';
import { createSignals } from '../../../loop/signals.ts';
import type { Source } from '../../../loop/source.ts';
import {
  decideRelease,
  type ReleaseDecision,
  reportOfUse,
  requestedAddresses,
  unusedSince,
  usableBlocks,
} from '../../../plan/ipam/block-use.ts';
import { subnetLayout } from '../../../values/address/subnet-layout.ts';
import { objectKey } from '../../../values/object-key.ts';
import type { Session } from '../session/session.ts';

/** How the nodes of this cluster use its blocks. */
export interface NodesUse {
  /** The blocks of the nodes. */
  readonly blocks: readonly string[];
  /** For how many more nodes a block should be free. */
  readonly spare: number;
  /** How many addresses this cluster needs in all; undefined when the blocks suffice. */
  readonly wantedAddresses: number | undefined;
}

/** The address blocks that this cluster uses. Emits when something about them is to be reported to the hub. */
export interface BlockUses extends Source<undefined> {
  /** The blocks that are used and published: the granted ones without the released ones. */
  usable(): string[];
  /**
   * Decides which blocks to release. A released block is no longer {@link usable} from the decision on. A block that is used again is usable only when
   * the hub has stored that, which this requests.
   */
  decide(use: NodesUse): void;
  /**
   * Requests a {@link report} of the latest decision; call it after this cluster published its blocks without the released ones. Nothing in this
   * cluster waits for the report: the hub may be away.
   */
  reportSoon(): void;
  /** Reports the latest decision to the hub. */
  report(signal: AbortSignal): Promise<void>;
}

/** The blocks of a session, none of them known as unused. */
export const createBlockUses = (session: Session): BlockUses => {
  const { hub, local, members, clock } = session;
  const layout = subnetLayout(session.grant.sliceSubnet);
  const { emit, subscribe } = createSignals();
  const current = (): Membership => members.get(objectKey(session.membership.metadata)) ?? session.membership;
  let since: ReadonlyMap<string, number> = new Map();
  /** The released blocks; undefined while the hub has the same list. */
  let decided: readonly string[] | undefined;
  /** The latest decision, until it is reported. */
  let pending: (ReleaseDecision & { readonly wantedAddresses: number | undefined }) | undefined;
  /** Blocks of which a release is on its way to the hub: it may be stored already. */
  let sending: readonly string[] = [];
  const known = () => ({
    granted: session.grant.blocks,
    reported: [...new Set([...(current().status?.releasedBlocks ?? []), ...sending])],
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
    subscribe,
    decide: ({ blocks: nodes, spare, wantedAddresses }) => {
      const now = clock.monotonic();
      since = unusedSince(since, session.grant.blocks, nodes, now);
      const isShort = wantedAddresses !== undefined;
      const reserve = Math.max(layout.clusterUnit, spare * layout.nodeUnit);
      const decision = decideRelease({ ...known(), nodes, since, isShort, reserve, now });
      // What the hub knows as released is used again only when it has stored that.
      if (!decision.usesAgain) decided = decision.released;
      pending = { ...decision, wantedAddresses };
    },
    reportSoon: emit,
    report: async (signal) => {
      const latest = pending;
      if (latest === undefined) return;
      const { released, usesAgain, wantedAddresses } = latest;
      const status = usesAgain
        ? { releasedBlocks: [...released], wantedAddresses: requestedAddresses(wantedAddresses, usable()) }
        : reportOfUse(current().status, decided ?? [], wantedAddresses, usable());
      if (status !== undefined) {
        sending = usesAgain ? [] : released;
        try {
          await write(status, signal);
        } finally {
          sending = [];
        }
      }
      if (pending !== latest) return;
      pending = undefined;
      if (usesAgain) decided = undefined;
    },
  };
};
