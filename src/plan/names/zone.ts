import { sliceZone } from '../../api/places.ts';
import { compareText } from '../../values/text/order.ts';
import type { ImportRecord } from './import-record.ts';
import type { Answer } from './record.ts';
import { entryOf, type NameEntry, type NamesOfService, type NamingScheme, namesBelow, parentOf, serviceEntry } from './service-names.ts';
import { type NodePath, nodePath } from './withdrawal.ts';
import { type ZoneApex, zoneApex } from './zone-apex.ts';

/** The name of a zone, and how long its answers may be cached. */
export type ZoneOptions = {
  /** @default 'slice.local' */
  readonly origin?: string;
  /** Which names a service has. @default those of `slice.local` */
  readonly names?: NamingScheme;
  /** Semantic version of the names, as a TXT record of `dns-version`. @default none */
  readonly schema?: string;
  /** Seconds that an address may be cached. @default 5 */
  readonly ttl?: number;
  /** Seconds that a negative answer may be cached: short, because clients often query an export before it exists. @default 1 */
  readonly negativeTtl?: number;
  /** The SOA serial. This zone has no transfers, so the serial only distinguishes starts of the server. */
  readonly serial: number;
};

/**
 * One service's names, computed at the first query: most services are never queried by pod or port, and a burst of changes costs nothing until the
 * next query.
 */
class ServiceNames {
  readonly #names: NamesOfService;
  #own: { readonly entry: NameEntry | undefined } | undefined;
  #below: ReadonlyMap<string, NameEntry> | undefined;

  constructor(names: NamesOfService) {
    this.#names = names;
  }

  get own(): NameEntry | undefined {
    this.#own ??= { entry: this.#names.own() };
    return this.#own.entry;
  }

  get below(): ReadonlyMap<string, NameEntry> {
    this.#below ??= this.#names.below();
    return this.#below;
  }
}

/** The names of `slice.local`. */
const sliceNames: NamingScheme = (input) => ({ own: () => serviceEntry(input), below: () => namesBelow(input) });

/** Seconds that the version of the names may be cached (specification of Kubernetes DNS, "Record for Schema Version"). */
const versionTtl = 28_800;

/**
 * The names of `slice.local`, updated record by record. An update costs only its own service, however many others there are; a lookup is one map
 * access. No clock, no I/O: the same records in any order give the same answers.
 *
 *     slice.local                                    SOA, NS
 *     svc.slice.local, <namespace>.svc.slice.local   exist without data
 *     <export>.<namespace>.svc.slice.local           A of the service address, or A, AAAA of the ready endpoints of all clusters
 *     names below that                               see namesBelow
 *
 * Further kinds of names are further services or further zones, as `clusterset.local` is, and those of addresses (`reverse/reverse-zone.ts`).
 */
export class Zone {
  readonly origin: string;
  readonly #suffix: string;
  readonly #services: string;
  readonly #scheme: NamingScheme;
  readonly #version: { readonly name: string; readonly entry: NameEntry } | undefined;
  readonly #ttl: number;
  readonly #apex: ZoneApex;
  readonly #records = new Map<string, ImportRecord>();
  /** The records of a service, by the service's name. */
  readonly #keys = new Map<string, Set<string>>();
  readonly #names = new Map<string, ServiceNames>();
  /** The number of services of a namespace, by `<namespace>.svc.<origin>`. */
  readonly #namespaces = new Map<string, number>();
  /** The services with endpoints on a node. */
  readonly #byNode = new Map<NodePath, Map<string, number>>();
  #withdrawn: Pick<ReadonlySet<NodePath>, 'has'> = new Set();
  /** Slices in which service addresses lead somewhere. */
  readonly #translated = new Set<string>();

  constructor({ origin = sliceZone, names = sliceNames, schema, ttl = 5, negativeTtl = 1, serial }: ZoneOptions) {
    this.origin = origin;
    this.#scheme = names;
    this.#suffix = `.${origin}`;
    this.#services = `svc.${origin}`;
    this.#ttl = ttl;
    this.#apex = zoneApex(origin, `ns.dns.${origin}`, { ttl, negativeTtl, serial });
    const version = `dns-version.${origin}`;
    const versionInput = { name: version, imports: [], ttl: versionTtl, authority: this.#apex.authority };
    this.#version =
      schema === undefined ? undefined : { name: version, entry: entryOf(versionInput, version, [{ type: 'TXT', strings: [schema] }]) };
  }

  /** True for the origin and every name below it. Names are always in lower case. */
  covers(name: string): boolean {
    return name.endsWith(this.#suffix) || name === this.origin;
  }

  /** The answer for a name of this zone that does not exist. */
  absent(): Answer {
    return this.#apex.absent;
  }

  /** The number of services with a name. */
  get size(): number {
    return this.#names.size;
  }

  /** Sets one cluster's offer for one export, replacing the record of the same key. */
  set(key: string, record: ImportRecord): void {
    this.delete(key);
    const name = this.#nameOf(record);
    this.#records.set(key, record);
    const keys = this.#keys.get(name);
    if (keys === undefined) {
      this.#keys.set(name, new Set([key]));
      this.#count(this.#namespaces, parentOf(name), 1);
    } else {
      keys.add(key);
    }
    this.#index(record, name, 1);
    this.#rebuild(name);
  }

  /** Removes a record; an unknown key changes nothing. */
  delete(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    const name = this.#nameOf(record);
    this.#records.delete(key);
    this.#index(record, name, -1);
    const keys = this.#keys.get(name);
    keys?.delete(key);
    if (keys?.size === 0) {
      this.#keys.delete(name);
      this.#count(this.#namespaces, parentOf(name), -1);
    }
    this.#rebuild(name);
  }

  /**
   * Withholds endpoints on these nodes, and restores those on all other nodes; returns how many of these nodes have endpoints. Only services with
   * endpoints on added or removed nodes change.
   */
  withdraw(withdrawn: Pick<ReadonlySet<NodePath>, 'has'>): number {
    const before = this.#withdrawn;
    this.#withdrawn = withdrawn;
    const names = new Set<string>();
    let count = 0;
    for (const [node, services] of this.#byNode) {
      const out = withdrawn.has(node);
      if (out) count += 1;
      if (out !== before.has(node)) for (const name of services.keys()) names.add(name);
    }
    for (const name of names) this.#rebuild(name);
    return count;
  }

  /** Sets whether service addresses of a slice lead somewhere on every node of this cluster. Until they do, services are answered with endpoints. */
  translate(slice: string, isTranslated: boolean): void {
    if (isTranslated === this.#translated.has(slice)) return;
    if (isTranslated) this.#translated.add(slice);
    else this.#translated.delete(slice);
    const records = [...this.#records.values()].filter((record) => record.slice === slice);
    for (const name of new Set(records.map((record) => this.#nameOf(record)))) this.#rebuild(name);
  }

  /** The entry of a name of this zone, undefined when it does not exist. */
  find(name: string): NameEntry | undefined {
    const service = this.#names.get(name);
    if (service !== undefined) return service.own;
    if (name === this.origin) return this.#apex.own;
    if (name === this.#version?.name) return this.#version.entry;
    if (name === this.#services || this.#namespaces.has(name)) return this.#apex.empty;
    return this.#names.get(this.#serviceAbove(name))?.below.get(name);
  }

  /** The name of the service above a name: its last two labels before `svc.<origin>`. */
  #serviceAbove(name: string): string {
    const end = name.length - this.#services.length - 1;
    const namespace = name.lastIndexOf('.', end - 1);
    return name.slice(name.lastIndexOf('.', namespace - 1) + 1);
  }

  #nameOf(record: ImportRecord): string {
    return `${record.export}.${record.namespace}.${this.#services}`;
  }

  #rebuild(name: string): void {
    const keys = this.#keys.get(name);
    if (keys === undefined) {
      this.#names.delete(name);
      return;
    }
    const imports = [...keys].flatMap((key) => {
      const record = this.#records.get(key);
      return record === undefined ? [] : [record];
    });
    const offered = imports.map((record) => ({
      ...record,
      endpoints: record.endpoints.filter(({ node }) => !this.#withdrawn.has(nodePath(record.slice, record.cluster, node))),
    }));
    const [address] = imports
      .flatMap((record) => (record.address !== undefined && this.#translated.has(record.slice) ? [record.address] : []))
      .toSorted(compareText);
    const ofService = address === undefined ? {} : { address };
    this.#names.set(
      name,
      new ServiceNames(this.#scheme({ name, ...ofService, imports: offered, ttl: this.#ttl, authority: this.#apex.authority })),
    );
  }

  #index(record: ImportRecord, name: string, by: 1 | -1): void {
    for (const node of new Set(record.endpoints.map((endpoint) => nodePath(record.slice, record.cluster, endpoint.node)))) {
      const services = this.#byNode.get(node) ?? new Map<string, number>();
      this.#count(services, name, by);
      if (services.size === 0) this.#byNode.delete(node);
      else this.#byNode.set(node, services);
    }
  }

  #count(counts: Map<string, number>, key: string, by: 1 | -1): void {
    const count = (counts.get(key) ?? 0) + by;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
  }
}
