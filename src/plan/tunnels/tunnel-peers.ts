import type { TunnelEndpoint } from '../../api/slicenode/type.ts';
import { peerName, type SliceFacts } from '../facts/node-state.ts';
import type { TunnelPeer } from '../facts/slice-network.ts';
import { isSameKind, peerIdentity } from './ipsec.ts';
import type { PeerCalls } from './peer-calls.ts';
import type { TunnelUse } from './peer-keys.ts';

/** Seconds between keepalives: below the 30 s after which the strictest common NATs drop a UDP mapping. */
const keepaliveSeconds = 25;

/**
 * Peers in the given order, without those that use another kind of tunnel. A key or block of an earlier peer is not given to a later one, or it would
 * alternate between the two.
 *
 * @param uses what each tunnel may carry, by `<slice>/<cluster>/<node>`; one without an entry carries everything
 * @param authorityOf the pinned authority (PEM) of a cluster. @default none is known
 */
export const tunnelPeers = (
  slice: SliceFacts,
  calls: PeerCalls,
  uses: ReadonlyMap<string, TunnelUse>,
  authorityOf: (cluster: string) => string | undefined = () => undefined,
): TunnelPeer[] => {
  const taken = new Set<string>();
  return slice.peers.flatMap((peer) => {
    if (!isSameKind(slice, peer)) return [];
    const blocks = peer.blocks.filter((block) => !taken.has(block));
    if (taken.has(peer.publicKey) || blocks.length === 0) return [];
    for (const thing of [peer.publicKey, ...blocks]) taken.add(thing);
    const name = `${slice.name}/${peerName(peer)}`;
    const call = calls.get(name);
    const use = uses.get(name);
    const endpoint = peer.endpoints[call?.endpoint.index ?? 0] ?? peer.endpoints[0];
    return [
      {
        name: peerName(peer),
        publicKey: peer.publicKey,
        endpoint: endpoint && endpointText(endpoint),
        ...(use?.use === 'Bound' ? { presharedKey: use.presharedKey, boundUntil: use.until } : {}),
        // Through a closed tunnel only the two nodes reach one another.
        ...(use?.use === 'Closed'
          ? {
              allowedIPs: [`${peer.router}/32`],
              isClosed: true as const,
              ...(use.isRefused === true ? { isRefused: true as const } : {}),
            }
          : { allowedIPs: blocks }),
        router: peer.router,
        keepaliveSeconds,
        ...(slice.driver === 'IPsec' ? peerIdentity(peer, authorityOf) : {}),
        renewals: (call?.renewal.count ?? 0) + (call?.endpoint.switches ?? 0),
      },
    ];
  });
};

const endpointText = ({ address, port }: TunnelEndpoint): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
