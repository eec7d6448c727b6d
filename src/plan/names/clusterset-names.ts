import type { ImportedEndpoint, ImportedPort } from './import-record.ts';
import type { RecordData, ResourceRecord } from './record.ts';
import { addressData, addressesOf, entryOf, type NameEntry, type NamingScheme, type ServiceInput, withParents } from './service-names.ts';

/** A service is headless when the oldest export is; while that changes, some parts may still have the other type. */
const isHeadless = ({ imports }: ServiceInput): boolean => imports.length > 0 && imports.every(({ headless }) => headless === true);

const addresses = ({ address: own, imports }: ServiceInput): RecordData[] =>
  own === undefined ? imports.flatMap(({ endpoints }) => endpoints.map(({ address }) => addressData(address))) : [addressData(own)];

/** The host name of an endpoint, or what stands for it: its address with dashes, as in cluster DNS. */
export const hostLabel = ({ hostname, address }: Pick<ImportedEndpoint, 'hostname' | 'address'>): string =>
  hostname ?? address.replaceAll(/[.:]/g, '-');

const portName = ({ name, protocol }: ImportedPort, service: string): string => `_${name}._${protocol}.${service}`;
const srv = (port: number, target: string): RecordData => ({ type: 'SRV', priority: 0, weight: 1, port, target });

const collect = (into: Map<string, RecordData[]>, name: string, data: RecordData): void => {
  const known = into.get(name);
  if (known === undefined) into.set(name, [data]);
  else known.push(data);
};

/** The names of a service: those with addresses, and the SRV records of each port by its name. */
interface Records {
  readonly hosts: Map<string, RecordData[]>;
  readonly ports: Map<string, RecordData[]>;
}

/** Clients of a pod call the port on which it listens, since only service addresses are translated. */
const headlessRecords = (input: ServiceInput): Records => {
  const records: Records = { hosts: new Map(), ports: new Map() };
  for (const { cluster, endpoints, ports } of input.imports) {
    for (const endpoint of endpoints) {
      const host = `${hostLabel(endpoint)}.${cluster}.${input.name}`;
      collect(records.hosts, host, addressData(endpoint.address));
      for (const port of ports) collect(records.ports, portName(port, input.name), srv(port.port, host));
    }
  }
  return records;
};

/** While the service has no address, its name answers with those of pods, which are called at the ports of the pods. */
const clusterSetRecords = (input: ServiceInput): Records => {
  const ports = new Map<string, RecordData[]>();
  for (const { ports: offered } of input.imports) {
    for (const one of offered) {
      const name = portName(one, input.name);
      const { port, servicePort = port } = one;
      if (!ports.has(name)) ports.set(name, [srv(input.address === undefined ? port : servicePort, input.name)]);
    }
  }
  return { hosts: new Map([[input.name, addresses(input)]]), ports };
};

const recordsOf = (input: ServiceInput): Records => (isHeadless(input) ? headlessRecords(input) : clusterSetRecords(input));

/** The addresses of the targets of some SRV records. */
const targetsOf = (input: ServiceInput, { hosts }: Records, records: readonly RecordData[]): ResourceRecord[] => {
  const targets = new Set(records.flatMap((each) => (each.type === 'SRV' ? [each.target] : [])));
  const entries = [...targets].map((target) => [target, entryOf(input, target, hosts.get(target) ?? [])] as const);
  return addressesOf(new Map(entries), targets);
};

const ownEntry = (input: ServiceInput, recordsOnce: () => Records): NameEntry | undefined => {
  const own = addresses(input);
  if (isHeadless(input) && own.length === 0) return undefined;
  const records = recordsOnce();
  const ports = [...records.ports.values()].flat();
  const { byType, noData } = entryOf(input, input.name, own);
  return { byType: new Map([...byType, ...entryOf(input, input.name, ports, targetsOf(input, records, ports)).byType]), noData };
};

const namesBelow = (input: ServiceInput, records: Records): ReadonlyMap<string, NameEntry> => {
  const names = new Map<string, NameEntry>();
  for (const [name, data] of records.hosts) if (name !== input.name) names.set(name, entryOf(input, name, data));
  for (const [name, data] of records.ports) names.set(name, entryOf(input, name, data, targetsOf(input, records, data)));
  return withParents(input, names);
};

/**
 * The names of the Multi-Cluster Services API (KEP-1645, specification.md, schema version 1.0.0), relative to a service:
 *
 *     service        name                            answer
 *     ─────────────  ──────────────────────────────  ─────────────────────────────────────────────────────────
 *     ClusterSetIP   itself                          A, AAAA   its address, or its ready endpoints while it has none
 *                    itself, _<port>._<protocol>     SRV       itself, by the port that clients call
 *     Headless       itself                          A, AAAA   its ready endpoints; NXDOMAIN without any
 *                    <host name>.<cluster>           A, AAAA   one endpoint
 *                    itself, _<port>._<protocol>     SRV       each endpoint by that name, and the port on which it listens
 *
 * A question for SRV at the service itself gets the records of all of its ports, as in cluster DNS; each one once. A ClusterSetIP service has no name for
 * a single cluster.
 */
export const clustersetNames: NamingScheme = (input) => {
  let records: Records | undefined;
  const recordsOnce = (): Records => {
    records ??= recordsOf(input);
    return records;
  };
  return { own: () => ownEntry(input, recordsOnce), below: () => namesBelow(input, recordsOnce()) };
};
