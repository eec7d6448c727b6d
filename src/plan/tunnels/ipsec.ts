import type { PeerFacts, SliceFacts } from '../facts/node-state.ts';
import type { SliceNetwork, TunnelPeer } from '../facts/slice-network.ts';

/** The largest packet, in bytes, that the userspace backend takes: its buffers have the size with which it makes its interface. */
const largestPacket = 1400;

/**
 * MTU inside an IPsec tunnel, from the one inside a WireGuard tunnel on the same network. ESP in UDP adds up to 85 bytes over IPv6: 40 and 8 for IP and
 * UDP, 8 for SPI and sequence number, 8 for the IV, up to 5 for padding and trailer, 16 for the tag (RFC 3948, RFC 4106); WireGuard adds 80.
 */
export const ipsecMtu = (mtu: number): number => Math.min(largestPacket, mtu - 8);

/** By which this node proves who it is in an IPsec tunnel; nothing for other tunnels, and before it has a certificate. */
export const ownIdentity = (
  { driver, certificate }: Pick<SliceFacts, 'driver' | 'certificate'>,
  privateKeyFile: string | undefined,
): Pick<SliceNetwork, 'nodeIdentity'> =>
  driver !== 'IPsec' || certificate === undefined || privateKeyFile === undefined ? {} : { nodeIdentity: { certificate, privateKeyFile } };

/** By which a peer proves who it is in an IPsec tunnel, if its cluster stated it and its authority is known. */
export const peerIdentity = (
  { identityKey, cluster }: Pick<PeerFacts, 'identityKey' | 'cluster'>,
  authorityOf: (cluster: string) => string | undefined,
): Pick<TunnelPeer, 'identity'> => {
  const authority = authorityOf(cluster);
  return identityKey === undefined || authority === undefined ? {} : { identity: { key: identityKey, authority } };
};

/**
 * Whether this node makes a tunnel to a peer: both use IPsec in the slice, or neither. What the peer uses is in the statement that its cluster signed, and
 * what this node uses is what the slice requests; so nobody on the way talks two nodes out of IPsec one by one.
 */
export const isSameKind = ({ driver }: Pick<SliceFacts, 'driver'>, { tunnel }: Pick<PeerFacts, 'tunnel'>): boolean =>
  (driver === 'IPsec') === (tunnel === 'IPsec');
