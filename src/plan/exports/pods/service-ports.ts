import { maxServicePorts } from '../../../api/slicenode/schema.ts';
import type { ServicePortMapping } from '../../../api/slicenode/type.ts';
import type { ExportBody } from '../../../exchange/statement/export.ts';
import { sortedBy } from '../../../values/text/order.ts';

/** The key of a mapping on one node: a port of a pod can be translated to one port only. */
const keyOf = ({ address, protocol, port }: ServicePortMapping): string => `${address} ${protocol} ${String(port).padStart(5, '0')}`;

/** The service ports of a node, and the exports (namespace/name) over capacity. */
export interface ServicePortsPlan {
  readonly servicePorts: readonly ServicePortMapping[];
  readonly overCapacity: readonly string[];
}

/** The mappings that an export needs on a node, by key: service ports that differ from the ports on which its pods there listen. */
const mappingsOf = (node: string, { endpoints, ports }: ExportBody): Map<string, ServicePortMapping> => {
  const mappings = new Map<string, ServicePortMapping>();
  for (const endpoint of endpoints) {
    if (endpoint.node !== node) continue;
    for (const [index, { protocol, port, targetPort: usual }] of ports.entries()) {
      const targetPort = endpoint.targetPorts?.[index] ?? usual;
      if (port === targetPort) continue;
      for (const address of endpoint.addresses) {
        const mapping: ServicePortMapping = { address, protocol, port, targetPort };
        mappings.set(keyOf(mapping), mapping);
      }
    }
  }
  return mappings;
};

/** Divides capacity so that none gets more than it needs, and those that get less get equal shares (max-min fairness). */
const shares = (asked: ReadonlyMap<string, number>, room: number): Map<string, number> => {
  const given = new Map<string, number>();
  let left = room;
  const modestFirst = [...asked].toSorted(([, a], [, b]) => a - b);
  for (const [index, [name, count]] of modestFirst.entries()) {
    const share = Math.min(count, Math.floor(left / (modestFirst.length - index)));
    given.set(name, share);
    left -= share;
  }
  return given;
};

/**
 * The service ports of a node's pods that differ from the ports on which the pods listen, so that a client in another cluster can use the port of the
 * Service.
 *
 * ```
 * service port   target port   then
 * 80             80            nothing to do
 * 80             8080          port 80 of each pod is translated to 8080; 8080 works too
 * ```
 * If two exports translate one port of a pod differently, the first by namespace and name counts until the younger is withdrawn (`port-conflict.ts`).
 *
 * The capacity is {@link maxServicePorts}. When more are needed, each namespace gets a fair share, so that none displaces another, and fills it with
 * whole exports by name: an export that works for some of its pods only would be harder to understand than one that does not work.
 */
export const planServicePorts = (node: string, exported: readonly ExportBody[], room = maxServicePorts): ServicePortsPlan => {
  const wanted = sortedBy(exported, ({ namespace, name }) => `${namespace}/${name}`)
    .map((body) => ({ body, mappings: mappingsOf(node, body) }))
    .filter(({ mappings }) => mappings.size > 0);
  const keys = new Map<string, Set<string>>();
  for (const { body, mappings } of wanted) {
    const ofNamespace = keys.get(body.namespace) ?? new Set();
    keys.set(body.namespace, ofNamespace);
    for (const key of mappings.keys()) ofNamespace.add(key);
  }
  const left = shares(new Map([...keys].map(([namespace, { size }]) => [namespace, size])), room);

  const chosen = new Map<string, ServicePortMapping>();
  const overCapacity: string[] = [];
  for (const { body, mappings } of wanted) {
    const more = [...mappings].filter(([key]) => !chosen.has(key));
    const remaining = (left.get(body.namespace) ?? 0) - more.length;
    if (remaining < 0) {
      overCapacity.push(`${body.namespace}/${body.name}`);
      continue;
    }
    left.set(body.namespace, remaining);
    for (const [key, mapping] of more) chosen.set(key, mapping);
  }
  const servicePorts = sortedBy(chosen, ([key]) => key).map(([, mapping]) => mapping);
  return { servicePorts, overCapacity };
};
