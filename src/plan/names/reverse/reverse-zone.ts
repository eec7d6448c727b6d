import { clustersetZone, sliceZone } from '../../../api/places.ts';
import { type Cidr, containsIp, overlaps, readCidr } from '../../../values/address/cidr.ts';
import { readIp } from '../../../values/address/ip.ts';
import { compareText } from '../../../values/text/order.ts';
import { hostLabel } from '../clusterset-names.ts';
import type { ImportRecord } from '../import-record.ts';
import type { Answer } from '../record.ts';
import { endpointPrefix, entryOf, type NameEntry } from '../service-names.ts';
import { type NodePath, nodePath } from '../withdrawal.ts';
import { type ZoneApex, type ZoneTimes, zoneApex } from '../zone-apex.ts';
import { blockOfOctets, octetsOf, type ReverseName, readReverseName, reverseNameOf } from './reverse-name.ts';

/** A name that an address has by one record; an address has one PTR record, that of the first of them. */
interface Candidate {
  readonly slice: string;
  /** Of two names the smaller rank comes first: service addresses, pods of headless services, other pods. */
  readonly rank: 0 | 1 | 2;
  readonly name: string;
  /** The node of an endpoint; a service address has none. */
  readonly node: NodePath | undefined;
}

/** The addresses of a record, with the names that they have by it. */
const candidatesOf = (record: ImportRecord): ReadonlyMap<number, Candidate> => {
  const { slice, cluster, namespace, headless, address, endpoints } = record;
  const serviceIn = (zone: string): string => `${record.export}.${namespace}.svc.${zone}`;
  const found = new Map<number, Candidate>();
  const add = (text: string, candidate: Candidate): void => {
    const ip = readIp(text);
    // Slices have IPv4 addresses.
    if (typeof ip !== 'number') return;
    const known = found.get(ip);
    if (known === undefined || compareCandidates(candidate, known) < 0) found.set(ip, candidate);
  };
  const [inClusterset, inSlice] = [serviceIn(clustersetZone), serviceIn(sliceZone)];
  for (const endpoint of endpoints) {
    const name =
      headless === true ? `${hostLabel(endpoint)}.${cluster}.${inClusterset}` : `${endpointPrefix(endpoint, cluster, inSlice)}.${inSlice}`;
    add(endpoint.address, { slice, rank: headless === true ? 1 : 2, name, node: nodePath(slice, cluster, endpoint.node) });
  }
  if (address !== undefined) add(address, { slice, rank: 0, name: inClusterset, node: undefined });
  return found;
};

const compareCandidates = (a: Candidate, b: Candidate): number => a.rank - b.rank || compareText(a.name, b.name);

/** The subnet of a slice, by the nodes that state it. */
interface SliceSubnet {
  readonly cidr: Cidr;
  /** How many octets the names of its zones have. Those of a subnet smaller than a /24 are in the zone of that /24. */
  readonly zoneOctets: number;
}

const subnetOf = (text: string): SliceSubnet | undefined => {
  const cidr = readCidr(text);
  if ('fault' in cidr || typeof cidr.base !== 'number' || cidr.prefix < 8) return undefined;
  return { cidr, zoneOctets: Math.min(3, Math.ceil(cidr.prefix / 8)) };
};

/**
 * The names of addresses in the subnets of slices (PTR), from the same records as the names of services, updated record by record. A name is answered as long
 * as its address is: that of an endpoint only while it is ready and not withheld.
 *
 *     address                                    PTR
 *     ─────────────────────────────────────────  ─────────────────────────────────────────────────────────────────────────
 *     service address                            <service>.<namespace>.svc.clusterset.local
 *     endpoint of a headless service             <host name>.<cluster>.<service>.<namespace>.svc.clusterset.local
 *     endpoint of another service                <pod>.<cluster>.<service>.<namespace>.svc.slice.local
 *     another one in the subnet of a slice       NXDOMAIN
 *     outside of all of them                     REFUSED: another server has it
 *
 * The first two are those of KEP-1645 (specification.md §2.3.3 and §2.4.3); it gives the pods of other services no name. An address has one PTR record: of
 * several services the first in this order, and then by name.
 */
export class ReverseZone {
  readonly #times: ZoneTimes;
  readonly #records = new Map<string, ReadonlyMap<number, Candidate>>();
  /** The names of an address, by the key of the record. */
  readonly #candidates = new Map<number, Map<string, Candidate>>();
  /** How many addresses have a name below one that is no address, by its name. */
  readonly #parents = new Map<string, number>();
  /** The stated subnets of a slice, by the key of the node. */
  readonly #stated = new Map<string, Map<string, string>>();
  #subnets: ReadonlyMap<string, readonly SliceSubnet[]> = new Map();
  #withdrawn: Pick<ReadonlySet<NodePath>, 'has'> = new Set();
  readonly #translated = new Set<string>();
  /** Answers so far, since the same one must be the same object while nothing changes. */
  readonly #entries = new Map<number, NameEntry | undefined>();
  readonly #apexes = new Map<string, ZoneApex>();

  constructor(times: ZoneTimes) {
    this.#times = times;
  }

  /** True for the reverse names of the subnets of slices, from that of the whole zone down. Names are always in lower case. */
  covers(name: string): boolean {
    const read = readReverseName(name);
    return read !== undefined && this.#zoneOf(read) !== undefined;
  }

  /** The answer for a name of one of these zones that does not exist. */
  absent(name: string): Answer {
    return this.#apex(this.#zoneOf(readReverseName(name)) ?? []).absent;
  }

  /** The entry of a name of one of these zones, undefined when it does not exist. */
  find(name: string): NameEntry | undefined {
    const read = readReverseName(name);
    const zone = this.#zoneOf(read);
    if (read === undefined || zone === undefined || !read.isExact) return undefined;
    const { octets } = read;
    if (octets.length === zone.length) return this.#apex(zone).own;
    if (octets.length < 4) return this.#parents.has(name) ? this.#apex(zone).empty : undefined;
    const ip = blockOfOctets(octets).base;
    // Only what has a name is kept: others can be asked for in any number.
    if (!this.#candidates.has(ip)) return undefined;
    if (!this.#entries.has(ip)) this.#entries.set(ip, this.#entry(ip, name, zone));
    return this.#entries.get(ip);
  }

  /** Sets one cluster's offer for one export, replacing the record of the same key. */
  set(key: string, record: ImportRecord): void {
    this.delete(key);
    const candidates = candidatesOf(record);
    this.#records.set(key, candidates);
    for (const [ip, candidate] of candidates) {
      const known = this.#candidates.get(ip);
      if (known === undefined) {
        this.#candidates.set(ip, new Map([[key, candidate]]));
        this.#count(ip, 1);
      } else known.set(key, candidate);
      this.#entries.delete(ip);
    }
  }

  /** Removes a record; an unknown key changes nothing. */
  delete(key: string): void {
    for (const ip of this.#records.get(key)?.keys() ?? []) {
      const known = this.#candidates.get(ip);
      known?.delete(key);
      if (known?.size === 0) {
        this.#candidates.delete(ip);
        this.#count(ip, -1);
      }
      this.#entries.delete(ip);
    }
    this.#records.delete(key);
  }

  /** Withholds endpoints on these nodes, and restores those on all other nodes. */
  withdraw(withdrawn: Pick<ReadonlySet<NodePath>, 'has'>): void {
    this.#withdrawn = withdrawn;
    this.#entries.clear();
  }

  /** Sets whether service addresses of a slice lead somewhere on every node of this cluster: until they do, no name has them. */
  translate(slice: string, isTranslated: boolean): void {
    if (isTranslated === this.#translated.has(slice)) return;
    if (isTranslated) this.#translated.add(slice);
    else this.#translated.delete(slice);
    this.#entries.clear();
  }

  /** Sets the subnet of a slice as a node of this cluster has it, or, with undefined, that this node no longer has one. What is no block of IPv4 addresses is none. */
  subnet(slice: string, node: string, subnet: string | undefined): void {
    const nodes = this.#stated.get(slice) ?? new Map<string, string>();
    if (nodes.get(node) === subnet) return;
    if (subnet === undefined) nodes.delete(node);
    else nodes.set(node, subnet);
    if (nodes.size === 0) this.#stated.delete(slice);
    else this.#stated.set(slice, nodes);
    this.#subnets = new Map(
      [...this.#stated].map(([name, stated]) => [name, [...new Set(stated.values())].flatMap((text) => subnetOf(text) ?? [])]),
    );
    this.#entries.clear();
    this.#apexes.clear();
  }

  #entry(ip: number, name: string, { length }: readonly number[]): NameEntry | undefined {
    const isLive = ({ slice, node }: Candidate): boolean =>
      (this.#subnets.get(slice) ?? []).some(({ cidr }) => containsIp(cidr, ip)) &&
      (node === undefined ? this.#translated.has(slice) : !this.#withdrawn.has(node));
    const [first] = [...(this.#candidates.get(ip)?.values() ?? [])].filter(isLive).toSorted(compareCandidates);
    if (first === undefined) return undefined;
    const { authority } = this.#apex(octetsOf(ip).slice(0, length));
    return entryOf({ name, imports: [], ttl: this.#times.ttl, authority }, name, [{ type: 'PTR', target: first.name }]);
  }

  /** The zone of a name, by its octets; undefined for a name outside of the subnets of slices. */
  #zoneOf(read: ReverseName | undefined): readonly number[] | undefined {
    if (read === undefined) return undefined;
    const block = blockOfOctets(read.octets);
    for (const subnets of this.#subnets.values())
      for (const { cidr, zoneOctets } of subnets)
        if (read.octets.length >= zoneOctets && overlaps(cidr, block)) return read.octets.slice(0, zoneOctets);
    return undefined;
  }

  #apex(octets: readonly number[]): ZoneApex {
    const origin = reverseNameOf(octets);
    const apex = this.#apexes.get(origin) ?? zoneApex(origin, `ns.dns.${sliceZone}`, this.#times);
    this.#apexes.set(origin, apex);
    return apex;
  }

  #count(ip: number, by: 1 | -1): void {
    const octets = octetsOf(ip);
    for (const length of [1, 2, 3]) {
      const parent = reverseNameOf(octets.slice(0, length));
      const count = (this.#parents.get(parent) ?? 0) + by;
      if (count === 0) this.#parents.delete(parent);
      else this.#parents.set(parent, count);
    }
  }
}
