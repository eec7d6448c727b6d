import { createHash } from 'node:crypto';
import type { SliceNetwork } from '../plan/node/slice-network.ts';
import { podInterfacePrefix } from '../values/pod-interface.ts';

/** The one nftables table that we own, in each slice's namespace. */
export const tableName = 'kubeslice';

/** An element of the set that binds a pod's interface to its address, as nft writes it. */
export const podElement = (hostInterface: string, address: string): string => `"${hostInterface}" . ${address}`;

/** The elements for the given pods. */
export const podElements = (network: SliceNetwork): ReadonlySet<string> =>
  new Set(network.pods.map((pod) => podElement(pod.hostInterface, pod.address)));

/**
 * The rules of a slice without its pods.
 *
 * A pod sends only from its own address, by interface (attacks A7 and A8 of the security design); what is forwarded goes between pods, or
 * between a pod and the tunnel, never from tunnel to tunnel; the node itself answers echo requests and nothing else. No rule looks at
 * connection tracking, so the kernel does not track. Chain `admission` is where access policies will go.
 */
export const baseRules = (network: Pick<SliceNetwork, 'interface'>): string => {
  const pods = `"${podInterfacePrefix}*"`;
  const tunnel = `"${network.interface}"`;
  return `table inet ${tableName} {
  set pods {
    type ifname . ipv4_addr
  }
  chain source {
    type filter hook prerouting priority raw; policy accept;
    meta nfproto ipv6 drop
    iifname ${pods} iifname . ip saddr != @pods counter drop
  }
  chain admission {
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    tcp flags syn tcp option maxseg size set rt mtu
    jump admission
    iifname ${pods} oifname ${tunnel} accept
    iifname ${tunnel} oifname ${pods} accept
    iifname ${pods} oifname ${pods} accept
    counter
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    icmp type { echo-request, echo-reply, destination-unreachable, time-exceeded, parameter-problem } accept
  }
}
`;
};

/** A transaction that puts rules and elements in place of whatever the table held; packets see the old or the new rules, never none. */
export const replaceTable = (network: SliceNetwork): string =>
  `table inet ${tableName}\ndelete table inet ${tableName}\n${baseRules(network)}${addElements([...podElements(network)])}`;

const elementCommand = (verb: string, elements: readonly string[]): string =>
  elements.length === 0 ? '' : `${verb} element inet ${tableName} pods { ${elements.join(', ')} }\n`;

/** A transaction that adds elements; empty for none. */
export const addElements = (elements: readonly string[]): string => elementCommand('add', elements);

/** A transaction that removes elements; empty for none. */
export const deleteElements = (elements: readonly string[]): string => elementCommand('delete', elements);

/** What `nft -j -s list table` says: the pod elements, and a digest of everything else. */
export interface ObservedTable {
  readonly elements: ReadonlySet<string>;
  readonly digest: string;
}

/**
 * Reads the JSON listing of our table. The digest covers rules, chains and sets without handles and counters, so it is the same for the same
 * rules; it is compared with the digest taken right after they were loaded, which makes the check independent of how a version of nft prints.
 */
export const parseTable = (json: string): ObservedTable => {
  const items = (JSON.parse(json) as { nftables: Record<string, Record<string, unknown>>[] }).nftables;
  const elements = new Set<string>();
  const kept: unknown[] = [];
  for (const item of items) {
    if ('metainfo' in item) continue;
    const set = item.set;
    if (set?.name === 'pods') {
      for (const element of (set.elem as { concat?: [string, string] }[] | undefined) ?? []) {
        if (element.concat) elements.add(podElement(...element.concat));
      }
      delete set.elem;
    }
    kept.push(item);
  }
  const text = JSON.stringify(kept, (key, value: unknown) =>
    key === 'handle' || key === 'packets' || key === 'bytes' ? undefined : value,
  );
  return { elements, digest: createHash('sha256').update(text).digest('hex') };
};
