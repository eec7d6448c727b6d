import { isDnsLabel } from '../../values/text/names.ts';
import { compareText } from '../../values/text/order.ts';
import type { ImportedEndpoint, ImportRecord } from './import-record.ts';
import type { Answer, RecordData, ResourceRecord } from './record.ts';

/** The inputs of the names of one service. */
export type ServiceInput = {
  /** The service's own name, such as `backend.app-ns.svc.slice.local`. */
  readonly name: string;
  /** The address that leads to every endpoint; absent for a service whose endpoints are answered themselves. */
  readonly address?: string;
  /** The offer of each cluster, without withheld endpoints. */
  readonly imports: readonly ImportRecord[];
  /** Seconds that an answer may be cached. */
  readonly ttl: number;
  /** The SOA record of every answer without data. */
  readonly authority: readonly ResourceRecord[];
};

/** The answers for one name: one for each type that has data, and one for all others. */
export type NameEntry = {
  readonly byType: ReadonlyMap<string, Answer>;
  /** NOERROR without data: the name exists, or exists only because names below it do (RFC 8020). */
  readonly noData: Answer;
};

const emptyAnswers: ReadonlyMap<string, Answer> = new Map();

/** The entry of a name without data of its own. */
export const emptyEntry = (authority: readonly ResourceRecord[]): NameEntry => ({
  byType: emptyAnswers,
  noData: { code: 'NOERROR', authoritative: true, answers: [], authority, additional: [] },
});

/** The record of an address, of its family. */
export const addressData = (address: string): RecordData => (address.includes(':') ? { type: 'AAAA', address } : { type: 'A', address });

const keyOf = (data: RecordData): string => ('address' in data ? data.address : JSON.stringify(data));

/** An entry of records that all belong to `name`, grouped by type; duplicates are removed. */
export const entryOf = (
  input: ServiceInput,
  name: string,
  data: readonly RecordData[],
  additional: readonly ResourceRecord[] = [],
): NameEntry => {
  const unique = new Map(data.map((each) => [keyOf(each), each]));
  const sorted = [...unique].toSorted(([a], [b]) => compareText(a, b)).map(([, each]) => each);
  const byType = new Map<string, Answer>();
  for (const [type, records] of Map.groupBy(sorted, ({ type }) => type)) {
    const answers = records.map((each) => ({ name, ttl: input.ttl, data: each }));
    byType.set(type, { code: 'NOERROR', authoritative: true, answers, authority: [], additional });
  }
  return { ...emptyEntry(input.authority), byType };
};

/** The service's own entry: its address, or the addresses of all its endpoints, in every cluster. */
export const serviceEntry = (input: ServiceInput): NameEntry =>
  entryOf(
    input,
    input.name,
    input.address === undefined
      ? input.imports.flatMap(({ endpoints }) => endpoints.map(({ address }) => addressData(address)))
      : [addressData(input.address)],
  );

/**
 * `<pod>.<cluster>`, relative to the service. If the pod's name is unknown or not a DNS name (Kubernetes allows 253 characters without a dot), its
 * address with dashes replaces it, as in cluster DNS for endpoints without a host name.
 */
export const endpointPrefix = ({ pod, address }: ImportedEndpoint, cluster: string, service: string): string => {
  const named = pod.split('.').every(isDnsLabel) && pod.length + cluster.length + service.length + 2 <= 253;
  return `${named ? pod : address.replaceAll(/[.:]/g, '-')}.${cluster}`;
};

/**
 * The names below a service, including those that exist only because of names below them:
 *
 *     <pod>.<cluster>.<service>      A, AAAA   one endpoint
 *     <cluster>.<service>            A, AAAA   the endpoints in one cluster
 *     _<port>._<protocol>.<service>  SRV       the service itself, if it has an address, else the endpoints with that port, with their addresses
 */
export const namesBelow = (input: ServiceInput): ReadonlyMap<string, NameEntry> => {
  const hosts = new Map<string, RecordData[]>();
  const targets = new Map<string, RecordData[]>();
  const collect = (into: Map<string, RecordData[]>, name: string, data: RecordData): void => {
    const known = into.get(name);
    if (known === undefined) into.set(name, [data]);
    else known.push(data);
  };
  for (const { cluster, endpoints, ports } of input.imports) {
    const ofCluster = `${cluster}.${input.name}`;
    if (!hosts.has(ofCluster)) hosts.set(ofCluster, []);
    if (input.address !== undefined)
      for (const { name, protocol, port, servicePort = port } of ports)
        collect(targets, `_${name}._${protocol}.${input.name}`, {
          type: 'SRV',
          priority: 0,
          weight: 1,
          port: servicePort,
          target: input.name,
        });
    for (const endpoint of endpoints) {
      const host = `${endpointPrefix(endpoint, cluster, input.name)}.${input.name}`;
      collect(hosts, host, addressData(endpoint.address));
      collect(hosts, ofCluster, addressData(endpoint.address));
      if (input.address !== undefined) continue;
      for (const { name, protocol, port } of ports) {
        collect(targets, `_${name}._${protocol}.${input.name}`, { type: 'SRV', priority: 0, weight: 1, port, target: host });
      }
    }
  }
  const names = new Map<string, NameEntry>();
  const known = new Map([[input.name, serviceEntry(input)]]);
  for (const [name, data] of hosts) names.set(name, entryOf(input, name, data));
  for (const [name, data] of targets) {
    const seen = new Set(data.flatMap((each) => (each.type === 'SRV' ? [each.target] : [])));
    names.set(name, entryOf(input, name, data, addressesOf(seen.has(input.name) ? known : names, seen)));
  }
  return withParents(input, names);
};

/** The names, and those between them and the service, which exist only because of names below them. */
export const withParents = (input: ServiceInput, names: Map<string, NameEntry>): ReadonlyMap<string, NameEntry> => {
  for (const name of names.keys()) {
    for (let parent = parentOf(name); parent !== input.name && !names.has(parent); parent = parentOf(parent)) {
      names.set(parent, emptyEntry(input.authority));
    }
  }
  return names;
};

/** The addresses of some of the names, for the additional section of an answer that names them. */
export const addressesOf = (names: ReadonlyMap<string, NameEntry>, hosts: ReadonlySet<string>): ResourceRecord[] =>
  [...hosts].toSorted(compareText).flatMap((host) => [...(names.get(host)?.byType.values() ?? [])].flatMap(({ answers }) => answers));

/** The names of one service in a zone. Each function is called once at most. */
export interface NamesOfService {
  /** The entry of the service's own name; undefined when the name does not exist. */
  readonly own: () => NameEntry | undefined;
  /** The names below it. */
  readonly below: () => ReadonlyMap<string, NameEntry>;
}

/** Which names a service has in a zone. */
export type NamingScheme = (input: ServiceInput) => NamesOfService;

/** The name without its first label; an empty string for the last label. */
export const parentOf = (name: string): string => {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
};
