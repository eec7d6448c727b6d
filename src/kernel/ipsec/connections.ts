import { createHash, X509Certificate } from 'node:crypto';
import type { SliceNetwork, TunnelPeer } from '../../plan/facts/slice-network.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { ipsecBlocks } from './own-addresses.ts';
import type { ViciSection } from './vici-message.ts';

/** Where charon listens on the loopback interface of a slice, and where it finds the other nodes there; both are in `toolchain/ipsec` too. */
export const charonPorts = { own: 4500, others: 4501 } as const;

/** The name of the one CHILD_SA of a connection. */
export const childName = 'net';

/** How long the keys of a CHILD_SA are used before they are replaced, in seconds; WireGuard's two minutes would cost more than they give with AES-GCM. */
const rekeySeconds = 3600;

/** A connection of charon to one peer, complete. */
export interface Connection {
  /**
   * `<public key of the peer>:<digest of what it carries>:<digest of the certificates>`: another content is another connection. Two that differ in the
   * certificates alone carry the same.
   */
  readonly name: string;
  readonly peer: TunnelPeer;
  /** IKE identity of the peer, see {@link keyIdentity}. */
  readonly remoteId: string;
  /** The peer on the loopback interface; undefined when only the peer can call. */
  readonly address: string | undefined;
  /** The content, as vici's `load-conn` takes it. */
  readonly section: ViciSection;
}

/**
 * The IKE identity of the holder of a key: SHA-1 of its SubjectPublicKeyInfo as a key identifier (RFC 7296 §3.5, ID_KEY_ID). Charon
 * accepts it only with a certificate for this very key, so what the cluster stated about the node's key holds for the tunnel, too. Who wants to pass for a
 * node needs another key with the same digest, which collisions of SHA-1 do not give.
 *
 * @param key base64 of the SubjectPublicKeyInfo
 */
export const keyIdentity = (key: string): string => `@#${createHash('sha1').update(Buffer.from(key, 'base64')).digest('hex')}`;

/** The key in a certificate (PEM), as {@link keyIdentity} takes it. */
export const keyOf = (certificate: string): string =>
  new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** Charon's own identifier of a key that it holds: SHA-1 of the point, which is at the end of a SubjectPublicKeyInfo of P-256. @param key as {@link keyOf} */
export const keyIdentifierOf = (key: string): string =>
  createHash('sha1').update(Buffer.from(key, 'base64').subarray(-pointBytes)).digest('hex');

/** An uncompressed point of P-256: 04, x and y. */
const pointBytes = 65;

/** What a connection carries and with whom: its name without the digest of the certificates. */
export const carriedBy = (connection: string): string => connection.slice(0, connection.lastIndexOf(':'));

/** The tunnel key of a connection's peer. */
export const publicKeyOf = (connection: string): string => connection.slice(0, connection.indexOf(':'));

/** Addresses of 127.0.0.0/8 for endpoints: the same one for the same endpoint, unless an earlier one has it. The half from 128 on is for strangers. */
export const loopbackAddresses = (endpoints: Iterable<string>): Map<string, string> => {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const endpoint of endpoints) {
    if (found.has(endpoint)) continue;
    for (let round = 0; ; round += 1) {
      const [a = 0, b = 0, c = 0] = Buffer.from(sha256Hex(`${endpoint} ${round}`, 6), 'hex');
      // 127.0.0.1 is charon itself.
      const address = `127.${1 + (a % 127)}.${b}.${c | 1}`;
      if (taken.has(address)) continue;
      taken.add(address);
      found.set(endpoint, address);
      break;
    }
  }
  return found;
};

/** The file by which `toolchain/ipsec` knows the endpoints behind {@link loopbackAddresses}. */
export const addressBook = (addresses: ReadonlyMap<string, string>): string =>
  [...addresses].map(([endpoint, address]) => `${address} ${endpoint}\n`).join('');

/** Reads what {@link addressBook} wrote: endpoint by address. */
export const readAddressBook = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.includes(' '))
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );

/**
 * The connections of a slice's tunnel, one for each peer whose key and authority are known, by name. Without a certificate of this node there are none:
 * then nothing is carried.
 *
 * Both ends show their node certificates. The other one's must be issued by the pinned authority of its cluster, be valid, and contain exactly the stated
 * key. The traffic selectors are the blocks of both nodes, so a peer sends only from its own.
 */
export const connectionsOf = (network: SliceNetwork): Map<string, Connection> => {
  const { nodeIdentity, peers } = network;
  if (nodeIdentity === undefined) return new Map();
  const ownId = keyIdentity(keyOf(nodeIdentity.certificate));
  const addresses = loopbackAddresses(peers.flatMap(({ endpoint }) => endpoint ?? []));
  const made = peers.flatMap((peer): Connection[] => {
    if (peer.identity === undefined) return [];
    const remoteId = keyIdentity(peer.identity.key);
    const address = peer.endpoint === undefined ? undefined : addresses.get(peer.endpoint);
    const section: ViciSection = {
      version: '2',
      local_addrs: ['127.0.0.1'],
      // A peer behind a NAT may call from elsewhere.
      remote_addrs: [...(address === undefined ? [] : [address]), '127.0.0.0/8'],
      local_port: String(charonPorts.own),
      remote_port: String(charonPorts.others),
      proposals: ['aes256gcm16-prfsha384-ecp256'],
      // A peer that lost everything states that in its first message (RFC 7296 §2.4).
      unique: 'no',
      mobike: 'no',
      dpd_delay: '0',
      keyingtries: '1',
      send_cert: 'always',
      send_certreq: 'no',
      // Who authenticated when is read from the age of IKE_SAs, see `ipsecSteps`; the keys of packets have an exchange of their own each time.
      reauth_time: '0',
      rekey_time: '0',
      'local-1': { auth: 'pubkey', id: ownId, certs: [nodeIdentity.certificate] },
      'remote-1': { auth: 'pubkey', id: remoteId, cacerts: [peer.identity.authority] },
      children: {
        [childName]: {
          mode: 'tunnel',
          local_ts: ipsecBlocks(network),
          remote_ts: peer.allowedIPs.toSorted(),
          esp_proposals: ['aes256gcm16-ecp256'],
          rekey_time: String(rekeySeconds),
          start_action: 'none',
          close_action: 'none',
          dpd_action: 'clear',
        },
      },
    };
    const { 'local-1': _, 'remote-1': __, ...carried } = section;
    const digests = [{ ...carried, ownId, remoteId }, [nodeIdentity.certificate, peer.identity.authority]].map((part) =>
      sha256Hex(JSON.stringify(part), 16),
    );
    return [{ name: [peer.publicKey, ...digests].join(':'), peer, remoteId, address, section }];
  });
  return new Map(made.map((connection) => [connection.name, connection]));
};
