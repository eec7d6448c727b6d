import type { TunnelDriver } from '../../values/tunnel-driver.ts';
import type { AccessRules } from '../policy/rules.ts';
import type { SliceServices } from '../services/slice-services.ts';

/** The desired state of one slice in a node's kernel, complete and without history: the planner computes it, the kernel port applies it. */

/** Another node of the slice, as a WireGuard peer. */
export interface TunnelPeer {
  /** `<cluster>/<node>`: for people, and the key of the link in status. */
  readonly name: string;
  /** X25519 public key, base64. */
  readonly publicKey: string;
  /**
   * Pre-shared key, base64 of 32 bytes, that both ends mix into each handshake (WireGuard paper §5.2); absent for none. When a closed peer gets one, or
   * a peer is closed, the session ends at once: no packet of a pod travels under a session of a closed tunnel. Otherwise the session goes on until its
   * next handshake, three minutes at most.
   */
  readonly presharedKey?: string;
  /** The end of the certificate of either end that ends first, for the report: the key is not used beyond it. Milliseconds since 1970. */
  readonly boundUntil?: number;
  /** `address:port` or `[address]:port` on the underlay; undefined when only the peer can initiate. */
  readonly endpoint: string | undefined;
  /** CIDRs that are accepted from the peer and routed to it, and no others (WireGuard's cryptokey routing). */
  readonly allowedIPs: readonly string[];
  /** It has no key from mutual TLS yet, and its blocks are not among {@link allowedIPs}; absent otherwise. */
  readonly isClosed?: true;
  /** It is closed because its cluster uses no mutual TLS and this one requires that; absent otherwise. */
  readonly isRefused?: true;
  /** The peer's own address in the slice, which answers probes. */
  readonly router: string;
  /** Keeps NAT mappings open; 0 turns it off. */
  readonly keepaliveSeconds: number;
  /** How often its handshake should have been renewed; a higher value than before renews it, unless there is a session that may work. */
  readonly renewals: number;
  /** By which the peer proves who it is, for IPsec alone; a peer without it gets no IPsec tunnel. */
  readonly identity?: {
    /** The key that its cluster stated, as `isIdentityKey` describes it. */
    readonly key: string;
    /** The pinned authority of its cluster, PEM. */
    readonly authority: string;
  };
}

/** A running pod that is attached to the slice. */
export interface PodAttachment {
  readonly uid: string;
  /** `<namespace>/<name>`, for people. */
  readonly name: string;
  /** Path of the pod's network namespace, such as `/proc/123/ns/net` or `/var/run/netns/cni-…`. */
  readonly netns: string;
  /** The pod's own slice address, without a prefix length. */
  readonly address: string;
  /** Name of the host end of the pod's interface, in the slice's namespace; starts with `p`. */
  readonly hostInterface: string;
}

/** The desired state of one slice on one node. */
export interface SliceNetwork {
  readonly slice: string;
  /** Name of the slice's network namespace below `/run/netns`. */
  readonly netns: string;
  /** Name of the tunnel interface, before and after its move into {@link netns}; at most 15 characters (IFNAMSIZ). `ipsec0` with IPsec. */
  readonly interface: string;
  readonly driver: TunnelDriver;
  /** File with the base64 private key, mode 0600, on tmpfs; keys are passed by file only, never as an argument. */
  readonly privateKeyFile: string;
  /** By which this node proves who it is, for IPsec alone; without it an IPsec tunnel carries nothing. */
  readonly nodeIdentity?: {
    /** The certificate of the node, PEM. */
    readonly certificate: string;
    /** File with the private key of the certificate, PKCS #8 PEM, mode 0600, on tmpfs. */
    readonly privateKeyFile: string;
  };
  /** Public half of the key in {@link privateKeyFile}. */
  readonly publicKey: string;
  /** UDP port of the tunnel on the node. */
  readonly listenPort: number;
  /** The node's own address in the slice: source of probes, hop in traceroute. */
  readonly router: string;
  /** Network of the whole slice; packets to other nodes' addresses in it go into the tunnel, packets to addresses outside of it are dropped. */
  readonly subnet: string;
  /** The node's own parts of {@link subnet}; addresses there without a pod are unreachable. */
  readonly blocks: readonly string[];
  /** MTU inside the slice in bytes. */
  readonly mtu: number;
  readonly peers: readonly TunnelPeer[];
  readonly pods: readonly PodAttachment[];
  /** The services that pods of this node can call by their addresses; absent while nothing is known about them: then those in the kernel stay. */
  readonly services?: SliceServices;
  /** Who may call whom; absent in a slice without policies, where everybody may. */
  readonly access?: AccessRules;
}

/** Whether a network has peers, or blocks of a peer, that the previous one did not have, or is the first. */
export const hasGrown = (before: SliceNetwork | undefined, network: SliceNetwork): boolean => {
  if (before === undefined) return true;
  const known = new Map(before.peers.map((peer) => [peer.name, new Set(peer.allowedIPs)]));
  return network.peers.some(({ name, allowedIPs }) => {
    const blocks = known.get(name);
    return blocks === undefined || allowedIPs.some((block) => !blocks.has(block));
  });
};
