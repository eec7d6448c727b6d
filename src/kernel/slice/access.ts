import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { AccessRules, AccessVerdict } from '../../plan/policy/rules.ts';
import { anySource, type ClassNumber, elsewhere } from '../../values/address/access-class.ts';
import type { Element } from './nft-table.ts';

/** The nftables table of a slice's namespace that judges who may call whom; it exists only in slices with policies. */
export const accessTable = 'kubeslice_access';

/** The bit in the mark of a tracked flow whose first packet was seen; the lower 16 bits are the port of the called pod. */
const begun = 0x1_0000;

/** The sets with what was denied lately, see {@link accessRules}. */
export const deniedSets = { flows: 'denied_flows', strays: 'denied_strays', callers: 'denied_callers' } as const;

/** For how many seconds a denied flow is kept after its last packet. */
export const deniedSeconds = 900;

/** A set that packets fill: it forgets by itself, and what has no room is not added. */
const recordSet = (name: string, type: string, size: number): string => `  set ${name} {
    type ${type}
    size ${size}
    flags dynamic,timeout
    timeout ${deniedSeconds}s
  }
`;

/** The bits of a port, the highest first. */
const portBits = Array.from({ length: 16 }, (_, at) => `0x${(0x8000 >> at).toString(16)}`);

/**
 * The rules of a slice's policies: they are the same for all policies, which are elements of maps.
 *
 * Each packet that is forwarded is judged by the verdicts of now, so that a revocation ends running flows. What it belongs to, the kernel tracks: who
 * called whom, by the addresses after a service address became an endpoint (in `ct original` and `ct reply`, the same for both directions), and by the
 * port of the pod, which is known then, too, and is noted in the mark of the flow. That alone accepts nothing. TCP does not show who called, because only
 * the first packet of a connection differs: a pod that anybody may call could go on in a connection to a closed one. So a TCP connection counts from its
 * first packet only.
 *
 * A packet gets the classes of both pods, and then the verdict: of the class of the calling pod, of its cluster, of anybody; the most specific one for
 * the port first. The registers are the packet's mark and priority; both are emptied again.
 *
 * What is denied is recorded by flow, for people who ask (decision 0041): in sets that are read on demand, of fixed size, so that a flood costs no more than
 * a lookup. Packets of no flow whose beginning was seen have a set of their own, and a caller whose flows have no room is still named.
 *
 * ICMP errors pass, because they belong to flows that passed, and so do packets of the node itself, and echoes between pods and routers. Fragments are
 * whole again before they are judged, because flows are tracked.
 */
export const accessRules = ({ otherwise }: Pick<AccessRules, 'otherwise'>): string => `table inet ${accessTable} {
  counter denied {
  }
${recordSet(deniedSets.flows, 'ipv4_addr . ipv4_addr . inet_proto . mark', 4096)}${recordSet(deniedSets.strays, 'ipv4_addr . ipv4_addr . inet_proto . inet_service', 1024)}${recordSet(deniedSets.callers, 'ipv4_addr', 4096)}  set routers {
    type ipv4_addr
  }
  map calling_pods {
    type ipv4_addr : mark
  }
  map calling_blocks {
    type ipv4_addr : mark
    flags interval
  }
  map clusters {
    type ipv4_addr : mark
    flags interval
  }
  map called_pods {
    type ipv4_addr : classid
  }
  map called_blocks {
    type ipv4_addr : classid
    flags interval
  }
  map ports {
    type mark . classid . inet_proto . mark : verdict
  }
  map ranges {
    type mark . classid . inet_proto . mark : verdict
    flags interval
  }
  map protocols {
    type mark . classid . inet_proto : verdict
  }
  map pairs {
    type mark . classid : verdict
  }
  chain denial {
    ct mark != 0 goto denied_flow
    meta l4proto { tcp, udp, sctp } update @${deniedSets.strays} { ip saddr . ip daddr . meta l4proto . th dport counter } counter name "denied" drop
    update @${deniedSets.callers} { ip saddr counter }
    counter name "denied" drop
  }
  chain denied_flow {
    update @${deniedSets.flows} { ct original ip saddr . ct reply ip saddr . meta l4proto . ct mark counter } counter name "denied" drop
    update @${deniedSets.callers} { ct original ip saddr counter }
    counter name "denied" drop
  }
  chain note_port {
${portBits.map((bit) => `    th dport & ${bit} == ${bit} ct mark set ct mark or ${bit}\n`).join('')}  }
  chain begins {
    type filter hook prerouting priority dstnat + 2; policy accept;
    ct mark != 0 accept
    ct direction reply accept
    meta l4proto tcp tcp flags & (fin | syn | rst | ack) != syn accept
    meta l4proto tcp ct state != new accept
    meta l4proto { tcp, udp, sctp } jump note_port
    ct mark set ct mark or ${begun}
  }
  chain verdict_of_source {
    meta mark . meta priority . meta l4proto . ct mark vmap @ports
    meta mark . meta priority . meta l4proto . ct mark vmap @ranges
    meta mark . meta priority . meta l4proto vmap @protocols
    meta mark . meta priority vmap @pairs
  }
  chain tracked {
    tcp flags & (fin | syn | rst | ack) == syn ct direction reply goto denial
    meta mark set ${elsewhere}
    meta priority set ${classid(elsewhere)}
    meta mark set ct original ip saddr map @calling_blocks
    meta mark set ct original ip saddr map @calling_pods
    meta priority set ct reply ip saddr map @called_blocks
    meta priority set ct reply ip saddr map @called_pods
    jump verdict_of_source
    meta mark set ${anySource}
    meta mark set ct original ip saddr map @clusters
    jump verdict_of_source
    meta mark set ${anySource}
    jump verdict_of_source
    ${otherwise ? 'accept' : 'goto denial'}
  }
  chain judging {
    type filter hook forward priority filter; policy accept;
    icmp type { destination-unreachable, time-exceeded, parameter-problem } accept
    ip saddr @routers icmp type echo-reply accept
    ip daddr @routers icmp type echo-request accept
    ct mark != 0 goto tracked
    goto denial
  }
  chain judged {
    type filter hook forward priority filter + 1; policy accept;
    meta mark set 0
    meta priority set none
  }
}
`;

/** A slice with policies. */
export type AccessNetwork = Pick<SliceNetwork, 'peers'> & { readonly access: AccessRules };

/** Elements of the policies of a slice: of pods one entry for each, of everything else all. */
interface Content {
  readonly others: ReadonlySet<Element>;
  readonly pods: AccessRules['pods'];
}

const contentOf = ({ access, peers }: AccessNetwork): Content => {
  const { pods, blocks, clusters, verdicts } = access;
  const others = new Set<Element>();
  for (const { router } of peers) others.add(`routers ${router}`);
  for (const [block, number] of blocks)
    others.add(`calling_blocks ${block} : ${number}`).add(`called_blocks ${block} : ${classid(number)}`);
  for (const [block, number] of clusters) others.add(`clusters ${block} : ${number}`);
  for (const verdict of verdicts) others.add(verdictElement(verdict));
  return { others, pods };
};

const podElements = (address: string, number: ClassNumber): Element[] => [
  `calling_pods ${address} : ${number}`,
  `called_pods ${address} : ${classid(number)}`,
];

/** All elements of the policies of a slice. */
export const accessElements = (network: AccessNetwork): ReadonlySet<Element> => {
  const { others, pods } = contentOf(network);
  const elements = new Set(others);
  for (const [address, number] of pods) for (const element of podElements(address, number)) elements.add(element);
  return elements;
};

/** The elements that one state of a slice has and the other has not. It makes texts of pods that differ only, since pods are many. */
const surplus = (of: Content, other: Content): Element[] => {
  const elements = [...of.others].filter((element) => !other.others.has(element));
  for (const [address, number] of of.pods) if (other.pods.get(address) !== number) elements.push(...podElements(address, number));
  return elements;
};

/** What changes between two states of a slice. */
export const accessChanges = (
  before: AccessNetwork,
  now: AccessNetwork,
): { readonly removed: readonly Element[]; readonly added: readonly Element[] } => {
  const [seen, wanted] = [contentOf(before), contentOf(now)];
  return { removed: surplus(seen, wanted), added: surplus(wanted, seen) };
};

const verdictElement = ({ source, called, protocol, ports, allowed }: AccessVerdict): Element => {
  const pair = `${source} . ${classid(called)}`;
  const verdict = allowed ? 'accept' : 'goto denial';
  if (protocol === undefined) return `pairs ${pair} : ${verdict}`;
  const word = protocol.toLowerCase();
  if (ports === undefined) return `protocols ${pair} . ${word} : ${verdict}`;
  const [first, last] = ports.map((port) => begun + port);
  return first === last ? `ports ${pair} . ${word} . ${first} : ${verdict}` : `ranges ${pair} . ${word} . ${first}-${last} : ${verdict}`;
};

/** A number as nft writes a value of the type of packet priorities: two halves in hexadecimal. */
const classid = (number: ClassNumber): string => `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;

/** The packets in the JSON listing of the counter of denied ones. */
export const deniedPackets = (json: string): number => {
  const { nftables } = JSON.parse(json) as { nftables: readonly { readonly counter?: { readonly packets: number } }[] };
  return nftables.find(({ counter }) => counter !== undefined)?.counter?.packets ?? 0;
};
