import type { LabelSelector } from '../../values/builtin/label-selector.ts';

/** Who may call whom in a slice, as plain JSON: what a node knows of policies and identities. */

/** Protocols of policies. A rule without ports holds for every protocol, ICMP included. */
export const accessProtocols = ['TCP', 'UDP', 'SCTP'] as const;
/** One of {@link accessProtocols}. */
export type AccessProtocol = (typeof accessProtocols)[number];

/** Pods, by properties that must all hold; a property that is absent holds for every pod. */
export interface AccessSelector {
  readonly clusters?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Names in the namespaces above. */
  readonly serviceAccounts?: readonly string[];
  readonly podSelector?: LabelSelector;
}

/** Ports of the called pods; without `port` every port of the protocol. */
export interface AccessPorts {
  readonly protocol: AccessProtocol;
  readonly port?: number;
  /** The last port of a range that begins with `port`. */
  readonly endPort?: number;
}

/** Whose rule a policy is: of the slice, from the hub, or of the owner of the called pods, from their own cluster. Both must allow a flow. */
export const accessScopes = ['slice', 'owner'] as const;
/** One of {@link accessScopes}. */
export type AccessScope = (typeof accessScopes)[number];

/** A policy in force. */
export interface AccessPolicyFacts {
  /** For people: `<name>` of a policy of the slice, `<namespace>/<name>` of an owner's. */
  readonly name: string;
  readonly scope: AccessScope;
  readonly action: 'Allow' | 'Deny';
  /** The called pods. */
  readonly to: AccessSelector;
  /** The calling pods, of which one must match. Absent: everybody. */
  readonly from?: readonly AccessSelector[];
  /** Absent: every port of every protocol. */
  readonly ports?: readonly AccessPorts[];
}

/** The policies of a slice. */
export interface SliceAccess {
  /** What holds for pods that no policy of the slice allows anything. */
  readonly default: 'Allow' | 'Deny';
  /** Name of the cluster of this node. */
  readonly cluster: string;
  readonly policies: readonly AccessPolicyFacts[];
}

/** Pods with the same identity, as the node that runs them stated it. */
export interface AccessIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Keys of the labels that are known; of others nothing is. Absent: all are known. */
  readonly labelKeys?: readonly string[];
}

/** Identical pods with their addresses in the slice. */
export interface AccessGroup extends AccessIdentity {
  readonly addresses: readonly string[];
}

/** The nodes of one cluster: its blocks, and the identities of its pods. */
export interface AccessMember {
  readonly cluster: string;
  readonly blocks: readonly string[];
  readonly pods: readonly AccessGroup[];
}
