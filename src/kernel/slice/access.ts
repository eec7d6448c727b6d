import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { AccessPorts } from '../../plan/policy/access.ts';
import type { AccessClass, AccessRule, AccessRules, ScopeRules, Sources } from '../../plan/policy/rules.ts';
import type { Element } from './nft-table.ts';

/** The nftables table of a slice's namespace that judges who may call whom; it exists only in slices with policies. */
export const accessTable = 'kubeslice_access';

/** The mark of a packet that may pass; it lives inside of the slice's namespace only. */
const passed = '0x1';

/** The mark of a tracked TCP connection whose first packet was seen. */
const begun = '0x1';

/**
 * The rules of a slice's policies without their elements.
 *
 * A packet is judged when it arrives, by the port that its sender calls, before a service port is translated (DNAT): if its flow is allowed it gets a
 * mark. When it leaves, a packet without the mark may still be an answer: it is judged by the flow in the other direction, by its source port as the client
 * knows it. Everything else is dropped and counted. Each packet is judged by the rules of now, so that a revocation ends running flows.
 *
 * What is an answer, the kernel tracks: who sent first. That alone accepts nothing. TCP does not show it, because only the first packet of a connection
 * differs: a pod that anybody may call could go on in a connection to a closed one. A TCP connection counts from its first packet only, since the first
 * packet that the kernel happens to see later shows no direction.
 *
 * ICMP errors pass, because they belong to flows that passed, and so do packets of the node itself, and echoes between pods and routers. Of a fragmented
 * packet the first fragment is judged; the others are worthless without it, except one that could overwrite its header (RFC 1858).
 */
export const accessRules = (access: AccessRules): string => {
  const chains = access.classes.flatMap((one) => [...classChains(one, 'to'), ...classChains(one, 'from')]);
  return `table inet ${accessTable} {
  counter denied {
  }
  set routers {
    type ipv4_addr
  }
  set known {
    type ipv4_addr
  }
${access.sets.map(({ name, of }) => `  set ${name} {\n    type ipv4_addr\n${of === 'blocks' ? '    flags interval\n' : ''}  }\n`).join('')}${directions
  .map(
    (direction) => `  map ${direction}_pods {
    type ipv4_addr : verdict
  }
  map ${direction}_blocks {
    type ipv4_addr : verdict
    flags interval
  }
`,
  )
  .join('')}  chain denial {
    counter name "denied" drop
  }
${chains.join('')}  chain answers {
    ip saddr vmap @from_pods
    ip saddr vmap @from_blocks
    goto ${chainOf('from', 'slice', access.elsewhere)}
  }
  chain own {
    type filter hook output priority raw; policy accept;
    meta mark set ${passed}
  }
  chain arriving {
    type filter hook prerouting priority raw + 1; policy accept;
    meta mark set 0
    icmp type { destination-unreachable, time-exceeded, parameter-problem } meta mark set ${passed} accept
    ip saddr @routers icmp type echo-reply meta mark set ${passed} accept
    ip daddr @routers icmp type echo-request meta mark set ${passed} accept
    ip frag-off & 0x1fff == 1 counter name "denied" drop
    ip frag-off & 0x1fff != 0 meta mark set ${passed} accept
    ip daddr vmap @to_pods
    ip daddr vmap @to_blocks
    goto ${chainOf('to', 'slice', access.elsewhere)}
  }
  chain beginning {
    type filter hook prerouting priority mangle; policy accept;
    tcp flags & (fin | syn | rst | ack) == syn ct state new ct mark set ${begun}
  }
  chain leaving {
    type filter hook postrouting priority srcnat + 50; policy accept;
    meta mark ${passed} accept
    tcp flags & (fin | syn | rst | ack) == syn goto denial
    meta l4proto tcp ct mark != ${begun} goto denial
    ct direction reply goto answers
    goto denial
  }
}
`;
};

/** All elements of the policies of a slice. */
export const accessElements = (access: AccessRules, { peers }: Pick<SliceNetwork, 'peers'>): ReadonlySet<Element> => {
  const elements = new Set<Element>();
  for (const { router } of peers) elements.add(`routers ${router}`);
  for (const address of access.known) elements.add(`known ${address}`);
  for (const set of access.sets) for (const element of set.elements) elements.add(`${set.name} ${element}`);
  for (const direction of directions) {
    for (const [address, name] of access.pods) elements.add(`${direction}_pods ${address} : goto ${chainOf(direction, 'slice', name)}`);
    for (const [block, name] of access.blocks) elements.add(`${direction}_blocks ${block} : goto ${chainOf(direction, 'slice', name)}`);
  }
  return elements;
};

/** The packets in the JSON listing of the counter of denied ones. */
export const deniedPackets = (json: string): number => {
  const { nftables } = JSON.parse(json) as { nftables: readonly { readonly counter?: { readonly packets: number } }[] };
  return nftables.find(({ counter }) => counter !== undefined)?.counter?.packets ?? 0;
};

/** `to`: the packet goes to the called pod; `from`: it comes from it, as an answer. */
const directions = ['to', 'from'] as const;
type Direction = (typeof directions)[number];

const chainOf = (direction: Direction, scope: 'slice' | 'owner', name: string): string => `${direction}_${scope}_${name}`;

/** What ends a chain without and with permission: an arriving packet may still be an answer, a leaving one may not. */
const ends = { to: { no: 'accept', yes: `meta mark set ${passed} accept` }, from: { no: 'goto denial', yes: 'accept' } } as const;

/** The chains of a class in one direction: what either scope denies, then what the slice allows, then what the owner allows. */
const classChains = ({ name, slice, owner }: AccessClass, direction: Direction): string[] => {
  const { no, yes } = ends[direction];
  const further = `goto ${chainOf(direction, 'owner', name)}`;
  const open = owner.deny.length === 0 && owner.allow.length === 0;
  const body = (allow: readonly AccessRule[], otherwise: boolean, verdict: string): string[] => [
    ...allow.flatMap((rule) => conditions(rule, direction).map((condition) => `${condition}${verdict}`)),
    otherwise ? verdict : no,
  ];
  const denials = (scope: ScopeRules): string[] =>
    scope.deny.flatMap((rule) => conditions(rule, direction).map((condition) => `${condition}${no}`));
  const first = [...denials(slice), ...denials(owner), ...body(slice.allow, slice.otherwise, open ? yes : further)];
  return [
    ...(open ? [] : [chain(chainOf(direction, 'owner', name), body(owner.allow, owner.otherwise, yes))]),
    chain(chainOf(direction, 'slice', name), first),
  ];
};

const chain = (name: string, rules: readonly string[]): string =>
  `  chain ${name} {\n${rules.map((rule) => `    ${rule}\n`).join('')}  }\n`;

/** A rule as conditions of nftables, of which any suffices; each ends with a space unless it is empty. */
const conditions = ({ from, ports }: AccessRule, direction: Direction): string[] =>
  from.flatMap((sources) => portConditions(ports, direction).map((port) => `${sourceCondition(sources, direction)}${port}`));

const sourceCondition = (sources: Sources, direction: Direction): string => {
  const address = direction === 'to' ? 'ip saddr' : 'ip daddr';
  if ('all' in sources) return '';
  if ('set' in sources) return `${address} @${sources.set} `;
  return `${sources.within === undefined ? '' : `${address} @${sources.within} `}${address} != @known `;
};

const portConditions = (ports: readonly AccessPorts[] | undefined, direction: Direction): string[] => {
  if (ports === undefined) return [''];
  const called = direction === 'to' ? 'dport' : 'sport';
  return ports.map(({ protocol, port, endPort }) => {
    const word = protocol.toLowerCase();
    if (port === undefined) return `meta l4proto ${word} `;
    return `${word} ${called} ${endPort === undefined || endPort === port ? port : `${port}-${endPort}`} `;
  });
};
