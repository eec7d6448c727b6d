import type { TunnelEndpoint } from '../../api/slicenode/type.ts';
import type { AskedDriver } from '../../values/tunnel-driver.ts';
import type { AccessGroup, SliceAccess } from '../policy/access.ts';

/** What a node knows, as plain JSON: from the API server while it answers, otherwise from the snapshot on disk. */

/** Another node of a slice, by the statement of its cluster. */
export interface PeerFacts {
  readonly cluster: string;
  readonly node: string;
  readonly publicKey: string;
  /** The key by which it proves who it is; absent for nodes of older clusters. */
  readonly identityKey?: string;
  /** It takes packets of pods only through tunnels with a pre-shared key from mutual TLS; absent for nodes that do not. */
  readonly bindsKeys?: true;
  /** Its tunnel in this slice is one of IPsec; absent for WireGuard. */
  readonly tunnel?: 'IPsec';
  readonly endpoints: readonly TunnelEndpoint[];
  readonly blocks: readonly string[];
  readonly router: string;
  /** Identities of its pods; absent without policies. */
  readonly pods?: readonly AccessGroup[];
}

/** A slice on this node. */
export interface SliceFacts {
  readonly name: string;
  readonly uid: string;
  readonly subnet: string;
  /** The node's own blocks; the first holds its router address. */
  readonly blocks: readonly string[];
  readonly driver: AskedDriver;
  /** The certificate by which this node proves who it is, PEM; absent until the worker issued one. */
  readonly certificate?: string;
  /** Namespaces whose pods are members. */
  readonly namespaces: readonly string[];
  readonly peers: readonly PeerFacts[];
  /** The last revision of this node's pods that the worker has published; absent before the first. */
  readonly withdrawnThrough?: number;
  /** Who may call whom; absent without policies. */
  readonly access?: SliceAccess;
  /** No pod of the slice needs this node; absent while it is in the slice. */
  readonly idle?: true;
}

/** Whether a node has no part in a slice: nothing of it is on the node, but pods that start there are closed towards it. */
export const isAbsent = ({ idle, blocks }: Pick<SliceFacts, 'idle' | 'blocks'>): boolean => idle === true && blocks.length === 0;

/** A pod of this node. */
export interface PodFacts {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** False for pods that never join a slice: with the node's own network, excluded by label, or ended. */
  readonly eligible: boolean;
  /** Service account, by which policies know the pod; absent for a pod without one, such as a mirror pod of the kubelet. */
  readonly serviceAccount?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An object that was refused for an invalid value. */
export interface SliceRefusal {
  readonly slice: string;
  /** Object, field, and its fault, in printable ASCII. */
  readonly message: string;
}

/** All decisions of others for this node. */
export interface NodeFacts {
  readonly node: string;
  /** Addresses at which other nodes reach this one, the best first. */
  readonly addresses: readonly string[];
  readonly slices: readonly SliceFacts[];
  readonly pods: readonly PodFacts[];
  /** Refused objects; absent when there are none. */
  readonly refused?: readonly SliceRefusal[];
}

/** Decisions of this node about a slice that must not change. */
export interface SliceDecisions {
  /** UID of the slice: a slice created again under the same name starts without old decisions. */
  readonly uid: string;
  /** UDP port of the tunnel; undefined while the slice does not need the node, so that another slice may take it. */
  readonly port?: number;
  /** Slice address by pod UID. */
  readonly leases: Readonly<Record<string, string>>;
  /** Released addresses, with the time in milliseconds since 1970. */
  readonly freed: Readonly<Record<string, number>>;
  /**
   * Counts the changes of `leases`; absent means 0. It is published beside the pods, so that the worker can confirm the revision that it has
   * published.
   */
  readonly revision?: number;
  /** Released addresses, with the revision that released them, until that revision was published. */
  readonly withdrawals?: Readonly<Record<string, number>>;
}

/** Decisions by slice name. */
export type NodeDecisions = Readonly<Record<string, SliceDecisions>>;

/** The content of the file on disk with which a node can start its slices without an API server. */
export interface Snapshot {
  readonly version: 1;
  readonly facts: NodeFacts;
  readonly decisions: NodeDecisions;
  /** Namespace paths by pod UID, from the CNI plugin. */
  readonly podNetns: Readonly<Record<string, string>>;
}

/** The name of a link to another node in status. */
export const peerName = ({ cluster, node }: Pick<PeerFacts, 'cluster' | 'node'>): string => `${cluster}/${node}`;
