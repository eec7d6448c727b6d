import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { podInterfacePrefix } from '../../values/pod-interface.ts';
import { relayPort } from '../../values/ports.ts';
import type { Element } from './nft-table.ts';

/** Our nftables table in each slice's namespace; policies have one of their own, see `access.ts`. */
export const tableName = 'kubeslice';

/** The element that binds a pod's interface to its address. */
export const podElement = (hostInterface: string, address: string): Element => `pods "${hostInterface}" . ${address}`;

/** The element that lets the node with a router address use the relay. */
export const routerElement = (router: string): Element => `routers ${router}`;

/** All elements of a slice. */
export const elementsOf = (network: SliceNetwork): ReadonlySet<Element> =>
  new Set([
    ...network.pods.map((pod) => podElement(pod.hostInterface, pod.address)),
    ...network.peers.map(({ router }) => routerElement(router)),
  ]);

/**
 * The rules of a slice without its pods.
 *
 * A pod sends only from its own address, checked by interface (attacks A7 and A8 of the security design). Packets are forwarded between pods, or
 * between a pod and the tunnel, never from tunnel to tunnel. The node itself answers echo requests. Its relay accepts connections from the router
 * addresses of other nodes only, so pods cannot reach it (`toolchain/relay`).
 *
 * An address without a pod refuses connections at once, so that a client with an old DNS answer tries the next address. The kernel's own answer, host
 * unreachable, is limited to one a second and client (icmp(7), icmp_ratelimit), so all other connections would time out. Only the first packet of a
 * connection is refused: an open connection survives the replacement of a pod's interface.
 */
export const baseRules = (network: Pick<SliceNetwork, 'interface' | 'router'>): string => {
  const pods = `"${podInterfacePrefix}*"`;
  const tunnel = `"${network.interface}"`;
  return `table inet ${tableName} {
  set pods {
    type ifname . ipv4_addr
  }
  set routers {
    type ipv4_addr
  }
  chain source {
    type filter hook prerouting priority raw; policy accept;
    meta nfproto ipv6 drop
    iifname ${pods} iifname . ip saddr != @pods counter drop
  }
  chain ended {
    type filter hook prerouting priority filter; policy accept;
    tcp flags & (fin | syn | rst | ack) == syn ip daddr != ${network.router} fib daddr oif missing reject with tcp reset
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    tcp flags syn tcp option maxseg size set rt mtu
    iifname ${pods} oifname ${tunnel} accept
    iifname ${tunnel} oifname ${pods} accept
    iifname ${pods} oifname ${pods} accept
    counter
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    icmp type { echo-request, echo-reply, destination-unreachable, time-exceeded, parameter-problem } accept
    iifname ${tunnel} ip saddr @routers ip daddr ${network.router} tcp dport ${relayPort} accept
    iifname ${tunnel} ip saddr @routers ip daddr ${network.router} tcp sport ${relayPort} tcp flags & (syn | ack) != syn accept
  }
}
`;
};
