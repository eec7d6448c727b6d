import { calledPortsOf, importedServiceOf, isHeldImport } from '../../api/imported-service.ts';
import { serviceAddressAnnotation, serviceTypeAnnotation } from '../../api/labels.ts';
import { formatIp, readIp } from '../../values/address/ip.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { isDnsLabel } from '../../values/text/names.ts';

/** One endpoint address of an export; only ready ones are kept. */
export type ImportedEndpoint = {
  readonly address: string;
  /** The pod's name, empty when unknown. */
  readonly pod: string;
  readonly node: string;
  /** Host name of the pod in the service's domain, if it has one. */
  readonly hostname?: string;
};

/** One named port of an export. `protocol` is in lower case. */
export type ImportedPort = {
  readonly name: string;
  readonly protocol: string;
  /** Port on which the pods listen. */
  readonly port: number;
  /** Port that clients call, if it is known. */
  readonly servicePort?: number;
};

/** What one cluster offers for one export: the parts of one EndpointSlice that names need. */
export type ImportRecord = {
  readonly slice: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly export: string;
  /** Whether the service is headless: clients choose a pod by its name. */
  readonly headless?: true;
  /** The service address; absent for a headless service, and when none was free. */
  readonly address?: string;
  readonly endpoints: readonly ImportedEndpoint[];
  readonly ports: readonly ImportedPort[];
};

/** A port's name is a label after an underscore (RFC 2782), and a label has 63 characters. */
const longestPortName = 62;

/**
 * The record of an EndpointSlice; undefined when it is held, or not an imported one: without the labels for slice, service and source cluster, or with
 * names that cannot be DNS labels.
 *
 * Readiness follows the Kubernetes API: an endpoint without `ready` counts as ready. Invalid addresses, and ports without a name that fits into a
 * label, are dropped.
 */
export const importRecordOf = ({
  metadata,
  endpoints,
  ports,
}: Pick<EndpointSlice, 'metadata' | 'endpoints' | 'ports'>): ImportRecord | undefined => {
  const imported = importedServiceOf(metadata);
  if (imported === undefined || isHeldImport(metadata)) return undefined;
  const { slice, cluster, namespace, service } = imported;
  const servicePorts = calledPortsOf(metadata);
  if (![service, cluster, namespace].every(isDnsLabel)) return undefined;
  const address = readIp(metadata.annotations?.[serviceAddressAnnotation] ?? '');
  return {
    slice,
    cluster,
    namespace,
    export: service,
    ...(metadata.annotations?.[serviceTypeAnnotation] === 'Headless' ? { headless: true as const } : {}),
    ...(address === undefined ? {} : { address: formatIp(address) }),
    endpoints: (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses, hostname, nodeName = '', targetRef }) =>
        addresses.flatMap((text) => {
          const address = readIp(text);
          return address === undefined
            ? []
            : [
                {
                  address: formatIp(address),
                  pod: targetRef?.kind === 'Pod' ? (targetRef.name ?? '') : '',
                  node: nodeName,
                  ...(hostname === undefined || !isDnsLabel(hostname) ? {} : { hostname }),
                },
              ];
        }),
      ),
    ports: (ports ?? []).flatMap(({ name, protocol = 'TCP', port }, index) => {
      if (name === undefined || port === undefined || !isDnsLabel(name) || name.length > longestPortName) return [];
      const servicePort = servicePorts[index];
      return [{ name, protocol: protocol.toLowerCase(), port, ...(servicePort === undefined ? {} : { servicePort }) }];
    }),
  };
};
