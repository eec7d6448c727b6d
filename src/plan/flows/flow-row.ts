import type { CountedFlow } from './counted-flow.ts';
import type { FlowEnd, NodeFlows, SliceFlows } from './node-flows.ts';

/** The answers of the nodes of one member. */
export interface MemberFlows {
  readonly cluster: string;
  readonly answers: readonly NodeFlows[];
}

/** Names of pods, as `namespace/name`, and of the services behind which they stand, by slice and address; see {@link nameKey}. */
export interface FlowNames {
  readonly pods: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, string>;
}

/** The key of an address of a slice in {@link FlowNames}. */
export const nameKey = (slice: string, address: string): string => `${slice} ${address}`;

/** One end of a flow, for people. */
export interface FlowPod {
  readonly address: string;
  readonly cluster?: string;
  /** `namespace/name` of the pod, where it is known. */
  readonly pod?: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  /** `namespace/name` of a service behind which the pod stands. */
  readonly service?: string;
}

/** The cluster of an address: a node without policies does not know the name of its own. */
export const clusterOf = (end: FlowEnd | undefined, own: string): string | undefined => end?.cluster ?? (end?.isOwn ? own : undefined);

/** What a node knows of the addresses of its flows. */
export const endsOf = ({ ends }: SliceFlows): ReadonlyMap<string, FlowEnd> => new Map(ends.map((end) => [end.address, end]));

/** An address of a flow with the names that are known. */
export const flowPod = (slice: string, address: string, end: FlowEnd | undefined, own: string, names: FlowNames): FlowPod => {
  const cluster = clusterOf(end, own);
  const pod = end?.pod ?? names.pods.get(nameKey(slice, address));
  const service = names.services.get(nameKey(slice, address));
  return {
    address,
    ...(cluster === undefined ? {} : { cluster }),
    ...(pod === undefined ? {} : { pod }),
    ...(end?.identity === undefined ? {} : { namespace: end.identity.namespace, serviceAccount: end.identity.serviceAccount }),
    ...(service === undefined ? {} : { service }),
  };
};

/** The pod, or its namespace, or its address, with the cluster. */
export const podText = ({ address, cluster, pod, namespace }: FlowPod): string =>
  `${pod ?? (namespace === undefined ? address : `${namespace}/${address}`)}${cluster === undefined ? '' : ` (${cluster})`}`;

/** Protocol and port, such as `80/TCP`. */
export const portText = ({ protocol, port }: Pick<CountedFlow, 'protocol' | 'port'>): string =>
  protocol === 'Other' ? 'no port' : `${port}/${protocol}`;
