/** An endpoint that gets connections to a port of a service. */
export interface ServiceTarget {
  /** Slice address of the pod. */
  readonly address: string;
  /** Port on which the pod listens. */
  readonly port: number;
}

/** One port of a service, as clients of a node call it. */
export interface NodeServicePort {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Port that clients call. */
  readonly port: number;
  /** The endpoints of new connections, each as often as its share; each entry gets the same part. Empty: connections are refused. */
  readonly targets: readonly ServiceTarget[];
}

/** A service that a node translates: its address, and where its connections go; immutable. */
export interface NodeService {
  readonly address: string;
  /** A client stays with its endpoint, for three hours after its last connection (Kubernetes' default for `ClientIP`) or for {@link affinitySeconds}. */
  readonly sticky: boolean;
  /** For how many seconds a client stays with its endpoint. @default defaultAffinitySeconds */
  readonly affinitySeconds?: number;
  readonly ports: readonly NodeServicePort[];
  /** Addresses of endpoints whose open connections go on, though they may get no new ones. Connections to others are reset. */
  readonly alive: readonly string[];
  /** Addresses of endpoints that are on nodes which this node calls Down, while others get connections: a program that waits for them waits in vain. */
  readonly down: readonly string[];
}
