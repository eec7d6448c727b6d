import type { ExportBody } from '../../api/notice/statement.ts';
import type { ServicePortMapping } from '../../api/slicenode/type.ts';
import { sortedBy } from '../../values/order.ts';

/** What tells mappings of one node apart: a pod can lead one port to one place only. */
const keyOf = ({ address, protocol, port }: ServicePortMapping): string => `${address} ${protocol} ${String(port).padStart(5, '0')}`;

/**
 * The service ports of a node's pods that differ from the ports on which the pods listen, so that a client in another cluster calls a
 * service by the port that its Service has.
 *
 * ```
 * service port   target port   then
 * 80             80            nothing to do
 * 80             8080          80 of each pod leads to 8080; 8080 can be called too
 * ```
 * Of two exports that lead one port of a pod to different places, the first by namespace and name counts, for the moment until the younger is
 * taken back (`port-conflict.ts`).
 */
export const planServicePorts = (node: string, exported: readonly ExportBody[]): ServicePortMapping[] => {
  const mappings = new Map<string, ServicePortMapping>();
  for (const body of sortedBy(exported, ({ namespace, name }) => `${namespace}/${name}`)) {
    for (const endpoint of body.endpoints) {
      if (endpoint.node !== node) continue;
      for (const { protocol, port, targetPort } of body.ports) {
        if (port === targetPort) continue;
        const mapping: ServicePortMapping = {
          address: endpoint.address,
          protocol: protocol as ServicePortMapping['protocol'],
          port,
          targetPort,
        };
        if (!mappings.has(keyOf(mapping))) mappings.set(keyOf(mapping), mapping);
      }
    }
  }
  return sortedBy(mappings.values(), keyOf);
};
