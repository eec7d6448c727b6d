import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { NodeService, NodeServicePort, ServiceTarget } from '../../plan/services/node-service.ts';
import { defaultAffinitySeconds, maxAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { podInterfacePrefix } from '../../values/pod-interface.ts';
import type { Element } from './nft-table.ts';

/** The nftables table of a slice's namespace that leads service addresses to endpoints; it exists only where the node has pods and services. */
export const servicesTable = 'kubeslice_services';

/** Up to this many targets each has one slot. */
const exactSlots = 32;
/** The numbers of slots for more targets: each target then has four at least, so that the shares differ by a quarter at most. */
const roundSlots = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
const slotCounts = [...Array.from({ length: exactSlots }, (_, index) => index + 1), ...roundSlots];

/** Into how many slots these targets are put; nftables needs a constant as the modulus of its random number. */
const slotsFor = (targets: number): number =>
  targets <= exactSlots ? targets : (roundSlots.find((count) => count >= 4 * targets) ?? roundSlots.at(-1) ?? 0);

/**
 * For how many seconds a client can stay with its endpoint: a rule needs a constant, so the next longer one of these is taken. The last one is the longest
 * that a Service can ask for.
 */
const shortTerms = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
const affinityTerms = [...shortTerms, defaultAffinitySeconds, 21_600, 43_200, maxAffinitySeconds];
const termFor = (seconds: number): number => affinityTerms.find((term) => term >= seconds) ?? maxAffinitySeconds;

/** Address, protocol and port that a client calls. */
const called = 'ip daddr . meta l4proto . th dport';

/**
 * The rules of the services of a slice without their elements.
 *
 * A new connection of a pod to a service address gets a random slot of its service, and the slot has an endpoint (DNAT). The kernel remembers the
 * endpoint for all other packets (conntrack), and translates the answers back. Only the destination is translated: servers see the address of the client. A
 * pod that is led to itself is the exception, since it would drop packets from its own address: they come from the router.
 *
 * For a service with session affinity the slot gives the number of the endpoint, which is its address in the notation of a traffic class, because that is a
 * type that rules can store (`meta priority`, which is emptied again). `affinity` remembers it for each client, for the time in `terms`, and `pinned` has the
 * endpoints of now: a client whose endpoint is gone chooses again.
 *
 * After the translation, a packet of a connection whose endpoint is not alive is answered with a reset, so that its client connects again at once. So is a
 * call to a service address that leads nowhere. Neither may come out of the tunnel: each node translates for its own pods.
 */
export const servicesRules = ({ router }: Pick<SliceNetwork, 'router'>, range: string): string => `table inet ${servicesTable} {
  map services {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  map slots {
    typeof ${called} . numgen random mod 128 : ip daddr . th dport
  }
  map numbers {
    typeof ${called} . numgen random mod 128 : meta priority
  }
  map pinned {
    typeof ${called} . meta priority : ip daddr . th dport
  }
  map affinity {
    typeof ip saddr . ${called} : meta priority
    size 65536
    flags dynamic,timeout
    timeout 3h
  }
  map terms {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  set alive {
    typeof ct original ip daddr . ip daddr
  }
  set own {
    type ipv4_addr . ipv4_addr
  }
  chain ended {
    meta l4proto tcp reject with tcp reset
    reject with icmp type port-unreachable
  }
${affinityTerms
  .map(
    (seconds) => `  chain keep_${seconds} {
    update @affinity { ip saddr . ${called} timeout ${seconds}s : meta priority }
  }
`,
  )
  .join('')}  chain pin {
    meta priority set 0:0
    meta priority set ip saddr . ${called} map @affinity
    meta priority != 0:0 ${called} vmap @terms
    dnat ip to ${called} . meta priority map @pinned
    delete @affinity { ip saddr . ${called} : meta priority }
  }
  chain settle {
    ${called} vmap @terms
    dnat ip to ${called} . meta priority map @pinned
  }
${slotCounts
  .map(
    (count) => `  chain any_${count} {
    dnat ip to ${called} . numgen random mod ${count} map @slots
  }
  chain same_${count} {
    jump pin
    meta priority set ${called} . numgen random mod ${count} map @numbers
    goto settle
  }
`,
  )
  .join('')}  chain translate {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "${podInterfacePrefix}*" ${called} vmap @services
  }
  chain translated {
    type filter hook prerouting priority dstnat + 1; policy accept;
    meta priority != 0:0 meta priority set 0:0
    ct direction original ct status dnat ct original ip daddr ${range} ct original ip daddr . ip daddr != @alive goto ended
    ip daddr ${range} iifname "${podInterfacePrefix}*" goto ended
    ip daddr ${range} drop
  }
  chain hairpin {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr . ip daddr @own snat ip to ${router}
  }
}
`;

/** The address of an endpoint in the notation of a traffic class, which nft prints without leading zeros. */
const numberOf = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** The elements of one service. */
export const serviceElements = (service: NodeService): Element[] => [
  ...service.ports.flatMap((port) => portElements(service, port)),
  ...service.alive.map((address) => `alive ${service.address} . ${address}`),
];

const portElements = (
  { address, sticky, affinitySeconds = defaultAffinitySeconds }: NodeService,
  { protocol, port, targets }: NodeServicePort,
): Element[] => {
  const key = `${address} . ${protocol.toLowerCase()} . ${port}`;
  const count = slotsFor(targets.length);
  const slots = Array.from({ length: count }, (_, slot) => targets[slot % targets.length]).filter((target) => target !== undefined);
  if (count === 0) return [];
  const end = (target: ServiceTarget): string => `${target.address} . ${target.port}`;
  return [
    `services ${key} : goto ${sticky ? 'same' : 'any'}_${count}`,
    ...(sticky
      ? [
          `terms ${key} : jump keep_${termFor(affinitySeconds)}`,
          ...slots.map((target, slot) => `numbers ${key} . ${slot} : ${numberOf(target.address)}`),
          ...new Set(targets.map((target) => `pinned ${key} . ${numberOf(target.address)} : ${end(target)}`)),
        ]
      : slots.map((target, slot) => `slots ${key} . ${slot} : ${end(target)}`)),
  ];
};

/** The element by which a pod may be led to itself. */
export const ownElement = (address: string): Element => `own ${address} . ${address}`;
