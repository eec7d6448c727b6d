import type { LinkVerdict } from '../../values/link-verdict.ts';
import { compareText } from '../../values/order.ts';

/** What the agent knows of a node of a slice. */
export interface KnownPeer {
  readonly cluster: string;
  readonly router: string;
  readonly link: LinkVerdict | undefined;
}

/** How many nodes of a cluster are asked for one request. */
const mostNodes = 3;
/**
 * Routers of a cluster's nodes that may answer, those first whose link is up. A link without a verdict may work; a node
 * whose link is Down or Suspect is not asked.
 */
export const routersToAsk = (peers: readonly KnownPeer[], cluster: string): readonly string[] =>
  peers
    .filter((peer) => peer.cluster === cluster && (peer.link === 'Up' || peer.link === 'Pending' || peer.link === undefined))
    .toSorted((a, b) => Number(b.link === 'Up') - Number(a.link === 'Up') || compareText(a.router, b.router))
    .slice(0, mostNodes)
    .map(({ router }) => router);
