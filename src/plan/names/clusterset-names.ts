import type { ImportedEndpoint, ImportedPort } from './import-record.ts';
import type { RecordData } from './record.ts';
import { addressData, addressesOf, entryOf, type NameEntry, type NamingScheme, type ServiceInput, withParents } from './service-names.ts';

/** A service is headless when every cluster that has it offers it so; exports of different types are never used together. */
const isHeadless = ({ imports }: ServiceInput): boolean => imports.length > 0 && imports.every(({ headless }) => headless === true);

const addresses = ({ address: own, imports }: ServiceInput): RecordData[] =>
  own === undefined ? imports.flatMap(({ endpoints }) => endpoints.map(({ address }) => addressData(address))) : [addressData(own)];

/** The host name of an endpoint, or what stands for it: its address with dashes, as in cluster DNS. */
const hostOf = ({ hostname, address }: ImportedEndpoint): string => hostname ?? address.replaceAll(/[.:]/g, '-');

const portName = ({ name, protocol }: ImportedPort, service: string): string => `_${name}._${protocol}.${service}`;
const srv = ({ servicePort, port }: ImportedPort, target: string): RecordData => ({
  type: 'SRV',
  priority: 0,
  weight: 1,
  port: servicePort ?? port,
  target,
});

const collect = (into: Map<string, RecordData[]>, name: string, data: RecordData): void => {
  const known = into.get(name);
  if (known === undefined) into.set(name, [data]);
  else known.push(data);
};

const headlessBelow = (input: ServiceInput): ReadonlyMap<string, NameEntry> => {
  const hosts = new Map<string, RecordData[]>();
  const ports = new Map<string, RecordData[]>();
  for (const { cluster, endpoints, ports: offered } of input.imports) {
    for (const endpoint of endpoints) {
      const host = `${hostOf(endpoint)}.${cluster}.${input.name}`;
      collect(hosts, host, addressData(endpoint.address));
      for (const port of offered) collect(ports, portName(port, input.name), srv(port, host));
    }
  }
  const names = new Map<string, NameEntry>();
  for (const [name, data] of hosts) names.set(name, entryOf(input, name, data));
  for (const [name, data] of ports) {
    const targets = new Set(data.flatMap((each) => (each.type === 'SRV' ? [each.target] : [])));
    names.set(name, entryOf(input, name, data, addressesOf(names, targets)));
  }
  return withParents(input, names);
};

const clusterSetBelow = (input: ServiceInput): ReadonlyMap<string, NameEntry> => {
  const own = new Map([[input.name, entryOf(input, input.name, addresses(input))]]);
  const names = new Map<string, NameEntry>();
  for (const { ports } of input.imports) {
    for (const port of ports) {
      const name = portName(port, input.name);
      // The oldest export has the port of a name, and the others agree with it.
      if (!names.has(name)) names.set(name, entryOf(input, name, [srv(port, input.name)], addressesOf(own, new Set([input.name]))));
    }
  }
  return withParents(input, names);
};

/**
 * The names of the Multi-Cluster Services API (KEP-1645, specification.md, schema version 1.0.0), relative to a service:
 *
 *     service        name                            answer
 *     ─────────────  ──────────────────────────────  ─────────────────────────────────────────────────────────
 *     ClusterSetIP   itself                          A, AAAA   its address, or its ready endpoints while it has none
 *                    _<port>._<protocol>             SRV       itself, by the port that clients call
 *     Headless       itself                          A, AAAA   its ready endpoints; NXDOMAIN without any
 *                    <host name>.<cluster>           A, AAAA   one endpoint
 *                    _<port>._<protocol>             SRV       each endpoint by that name
 *
 * A ClusterSetIP service has no name for a single cluster.
 */
export const clustersetNames: NamingScheme = {
  own: (input) => (isHeadless(input) && addresses(input).length === 0 ? undefined : entryOf(input, input.name, addresses(input))),
  below: (input) => (isHeadless(input) ? headlessBelow(input) : clusterSetBelow(input)),
};
