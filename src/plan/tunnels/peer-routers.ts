import type { LinkVerdict } from '../../values/link-verdict.ts';
import { compareText } from '../../values/text/order.ts';

/** The agent's knowledge of a node of a slice. */
export interface KnownPeer {
  readonly cluster: string;
  readonly router: string;
  readonly link: LinkVerdict | undefined;
}

/** Maximum number of nodes of a cluster that get one request. */
const mostNodes = 3;
/**
 * Routers of a cluster's nodes that may answer, those with a link that is Up first. A link that is not judged yet may work; a node whose link is Down
 * or Suspect gets no request.
 */
export const routersToAsk = (peers: readonly KnownPeer[], cluster: string): readonly string[] =>
  peers
    .filter((peer) => peer.cluster === cluster && (peer.link === 'Up' || peer.link === 'Pending' || peer.link === undefined))
    .toSorted((a, b) => Number(b.link === 'Up') - Number(a.link === 'Up') || compareText(a.router, b.router))
    .slice(0, mostNodes)
    .map(({ router }) => router);
