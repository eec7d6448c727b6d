import type { ServicePortMapping, TunnelEndpoint } from '../../api/slicenode/type.ts';
import type { AskedDriver } from '../../values/tunnel-driver.ts';

/*
 * What a node knows, as plain JSON: read from the API server while it answers, from the snapshot on disk when it does not.
 */

/** Another node of a slice, verified by the worker. */
export interface PeerFacts {
  readonly cluster: string;
  readonly node: string;
  readonly publicKey: string;
  readonly endpoints: readonly TunnelEndpoint[];
  readonly blocks: readonly string[];
  readonly router: string;
}

/** A slice that this node takes part in. */
export interface SliceFacts {
  readonly name: string;
  readonly uid: string;
  readonly subnet: string;
  /** The node's own blocks; the first holds its router address. */
  readonly blocks: readonly string[];
  readonly driver: AskedDriver;
  /** Namespaces whose pods are members. */
  readonly namespaces: readonly string[];
  readonly peers: readonly PeerFacts[];
  /** Service ports of this node's pods; absent in snapshots of versions that knew none. */
  readonly servicePorts?: readonly ServicePortMapping[];
  /** Up to which revision of this node's pods the worker has published; absent while it has published none. */
  readonly withdrawnThrough?: number;
}

/** A pod of this node. */
export interface PodFacts {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** False for pods that never join a slice: with the node's own network, excluded by label, or ended. */
  readonly eligible: boolean;
}

/** An object that was refused for a value that it cannot have. */
export interface SliceRefusal {
  readonly slice: string;
  /** Object, field, and what is wrong with it; of printable ASCII. */
  readonly message: string;
}

/** Everything that others decide for this node. */
export interface NodeFacts {
  readonly node: string;
  /** Addresses at which other nodes reach this one, the best first. */
  readonly addresses: readonly string[];
  readonly slices: readonly SliceFacts[];
  readonly pods: readonly PodFacts[];
  /** Objects that were refused; absent when there are none. */
  readonly refused?: readonly SliceRefusal[];
}

/** What this node decided about a slice and must not decide again otherwise. */
export interface SliceDecisions {
  /** UID of the slice that this is about: one made again under the same name starts afresh. */
  readonly uid: string;
  readonly port: number;
  /** Slice address by pod UID. */
  readonly leases: Readonly<Record<string, string>>;
  /** Addresses given back, with the time in milliseconds since 1970. */
  readonly freed: Readonly<Record<string, number>>;
  /** Counts the changes of `leases`; 0 when absent. Published beside the pods, so that the worker can write up to which revision it has published. */
  readonly revision?: number;
  /** Addresses given back, with the revision from which on they are no pod's, until that was published. */
  readonly withdrawals?: Readonly<Record<string, number>>;
}

/** Decisions by slice name. */
export type NodeDecisions = Readonly<Record<string, SliceDecisions>>;

/** What is kept on disk, so that a node starts into working slices with no API server. */
export interface Snapshot {
  readonly version: 1;
  readonly facts: NodeFacts;
  readonly decisions: NodeDecisions;
  /** Namespace paths by pod UID as the CNI plugin gave them. */
  readonly podNetns: Readonly<Record<string, string>>;
}

/** How a link to another node is named in status. */
export const peerName = ({ cluster, node }: Pick<PeerFacts, 'cluster' | 'node'>): string => `${cluster}/${node}`;
