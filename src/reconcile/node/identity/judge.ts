import { noOrders, untilRevoked } from '../../../exchange/trust/authority-orders.ts';
import type { Root } from '../../../identity/root.ts';
import { createRootReader, type RootReader } from '../../../identity/root-reader.ts';
import { overlapping } from '../../../identity/rotation.ts';
import { createFollowPeers, type FollowPeers } from '../../../plan/peers/follow-peers.ts';
import { noTrust, type PeerTrust, recallTrust, rotationsOf, storeTrust } from '../../../plan/peers/peer-trust.ts';
import { createVerifiedReader } from '../../../plan/peers/read-verified-peer.ts';

/** What verifies statements. It needs the schemas of statements, 5.5 MB of memory, so it is loaded by nodes with a slice only. */
export interface Judge {
  readonly follow: FollowPeers;
  readonly reader: ReturnType<typeof createVerifiedReader>;
  readonly readRoot: RootReader;
  /** Authorities before a pinned one that still count after a rotation. */
  readonly rootsBefore: (trust: PeerTrust, root: Root, now: number) => readonly Root[];
  readonly nothing: PeerTrust;
  readonly recall: (text: string, now: number) => PeerTrust | undefined;
  readonly store: (trust: PeerTrust) => string;
}

/** A judge that has judged nothing yet. */
export const createJudge = (): Judge => {
  const readRoot = createRootReader();
  return {
    follow: createFollowPeers(readRoot),
    reader: createVerifiedReader(),
    readRoot,
    rootsBefore: (trust, root, now) => {
      const orders = trust.orders.get(root.cluster) ?? noOrders;
      return untilRevoked(overlapping(root, rotationsOf(trust, root.cluster), now), orders);
    },
    nothing: noTrust,
    recall: (text, now) => recallTrust(text, readRoot, now),
    store: storeTrust,
  };
};
