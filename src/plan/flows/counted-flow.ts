import type { AccessProtocol } from '../policy/access.ts';

/** A flow between two pods as a node's kernel counted it: all packets of one source, destination, protocol and called port. */
export interface CountedFlow {
  /** Address of the pod that calls. */
  readonly source: string;
  /** Address of the pod that is called, which stands behind the service address, if one was called. */
  readonly destination: string;
  /** `Other` has no ports, such as ICMP. */
  readonly protocol: AccessProtocol | 'Other';
  /** Port of the called pod; 0 for `Other`. */
  readonly port: number;
  readonly packets: number;
  /** Seconds since its last packet. */
  readonly age: number;
}

/** A caller of whose further denied flows nothing but the packets is recorded. */
export type CrowdedCaller = Pick<CountedFlow, 'source' | 'packets' | 'age'>;

/** What the policies of a slice denied on a node lately. */
export interface DeniedFlows {
  readonly flows: readonly CountedFlow[];
  /**
   * Packets of flows whose beginning was not seen, so that nobody knows which end called: of TCP connections that are older than the first policy, and
   * of those that imitate one. Source and destination are those of the packet.
   */
  readonly strays: readonly CountedFlow[];
  /** Callers whose flows had no room in the record. */
  readonly crowded: readonly CrowdedCaller[];
}

/** The flows that passed a node while it listened. */
export interface SeenFlows {
  readonly flows: readonly CountedFlow[];
  /** Packets of flows that had no room in the record. */
  readonly missed: number;
}
