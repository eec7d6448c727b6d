import { calledPortsOf, importedServiceOf } from '../../api/imported-service.ts';
import {
  affinitySecondsAnnotation,
  internalTrafficPolicyAnnotation,
  serviceAddressAnnotation,
  sessionAffinityAnnotation,
  trafficDistributionAnnotation,
} from '../../api/labels.ts';
import { familyOf, formatIp, readIp } from '../../values/address/ip.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { maxAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { isPort } from '../../values/ports.ts';
import { isDnsLabel } from '../../values/text/names.ts';
import { type TrafficPolicy, trafficPolicyOf } from './nearest-endpoints.ts';
import type { NodeServicePort } from './node-service.ts';

/** An endpoint of a service. */
export interface RecordedEndpoint {
  readonly address: string;
  readonly node: string;
  /** `Ready` gets connections; `Terminating` gets them while no endpoint is ready; `Closed` only keeps its open ones. */
  readonly state: 'Ready' | 'Terminating' | 'Closed';
}

/** The part of a service with an address that one imported EndpointSlice holds. */
export interface ServiceRecord {
  readonly slice: string;
  readonly cluster: string;
  /** `<namespace>/<name>`. */
  readonly service: string;
  readonly address: string;
  readonly sticky: boolean;
  readonly affinitySeconds?: number;
  /** Which of the endpoints the clients of a node get. */
  readonly traffic: TrafficPolicy;
  readonly ports: readonly (Pick<NodeServicePort, 'protocol' | 'port'> & { readonly targetPort: number })[];
  readonly endpoints: readonly RecordedEndpoint[];
}

const ipv4 = (text: string): string[] => {
  const ip = readIp(text);
  return ip === undefined || familyOf(ip) !== 4 ? [] : [formatIp(ip)];
};

/** As the API server limits `timeoutSeconds` of a Service. */
const isSeconds = (seconds: number): boolean => Number.isInteger(seconds) && seconds >= 1 && seconds <= maxAffinitySeconds;

type Conditions = NonNullable<EndpointSlice['endpoints']>[number]['conditions'];
const stateOf = (conditions: Conditions): RecordedEndpoint['state'] => {
  if (conditions?.ready !== false) return 'Ready';
  return conditions.terminating === true && conditions.serving !== false ? 'Terminating' : 'Closed';
};

/**
 * The record of an EndpointSlice; undefined when it is none of ours, or its service has no address. All values are read into their canonical form, because
 * they become arguments of nftables; what cannot be read is dropped.
 */
export const serviceRecordOf = ({ metadata, endpoints, ports }: EndpointSlice): ServiceRecord | undefined => {
  const imported = importedServiceOf(metadata);
  const [address] = ipv4(metadata.annotations?.[serviceAddressAnnotation] ?? '');
  if (imported === undefined || address === undefined) return undefined;
  const { slice, cluster, namespace, service } = imported;
  if (![slice, cluster, namespace, service].every(isDnsLabel)) return undefined;
  const affinitySeconds = Number(metadata.annotations?.[affinitySecondsAnnotation]);
  const called = calledPortsOf(metadata);
  return {
    slice,
    cluster,
    service: `${namespace}/${service}`,
    address,
    sticky: metadata.annotations?.[sessionAffinityAnnotation] === 'ClientIP',
    ...(isSeconds(affinitySeconds) ? { affinitySeconds } : {}),
    traffic: trafficPolicyOf({
      internalTrafficPolicy: metadata.annotations?.[internalTrafficPolicyAnnotation],
      trafficDistribution: metadata.annotations?.[trafficDistributionAnnotation],
    }),
    ports: (ports ?? []).flatMap(({ protocol = 'TCP', port: targetPort }, index) => {
      const port = called[index];
      return port !== undefined && isPort(targetPort) && (protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP')
        ? [{ protocol, port, targetPort }]
        : [];
    }),
    endpoints: (endpoints ?? []).flatMap(({ addresses, conditions, nodeName = '' }) =>
      addresses.flatMap(ipv4).map((one) => ({ address: one, node: nodeName, state: stateOf(conditions) })),
    ),
  };
};
