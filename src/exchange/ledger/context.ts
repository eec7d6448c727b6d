import type { Rotation } from '../../api/rotations.ts';
import type { RootReader } from '../../identity/root-reader.ts';
import type { Cidr } from '../../values/address/cidr.ts';
import type { AuthorityOrders } from '../trust/authority-orders.ts';

/** The hub's grant to another member of the slice. */
export interface MemberGrant {
  readonly blocks: readonly Cidr[];
  /** Whether the hub ended the membership. */
  readonly ended: boolean;
}

/** The inputs, besides the ledger, by which a notice is judged. */
export interface ExchangeContext {
  readonly project: string;
  readonly slice: string;
  readonly sliceUID: string;
  /** Name of the own cluster. */
  readonly cluster: string;
  readonly subnet: Cidr;
  /** The part of the subnet that holds the addresses of pods and nodes. */
  readonly pods: readonly Cidr[];
  /** The namespaces of the slice. */
  readonly namespaces: ReadonlySet<string>;
  /** The grant of a member; `unknown` while the hub does not answer, `undefined` when it has no such member. */
  readonly member: (cluster: string) => MemberGrant | 'unknown' | undefined;
  /** The pinned certificate of a cluster, PEM. */
  readonly pinned: (cluster: string) => string | undefined;
  /** The rotations of a cluster's authority beside its statement about itself that was accepted last; empty when there are none. */
  readonly rotations: (cluster: string) => readonly Rotation[];
  /** What administrators of this cluster ordered about the authorities of another one. */
  readonly orders: (cluster: string) => AuthorityOrders;
  /** Reads the certificate of an authority; it may have a cache. */
  readonly readRoot: RootReader;
  /** Whether the cluster left every slice in which this cluster knows it. Another authority may then take its name. */
  readonly departed: (cluster: string) => boolean;
  /** Whether statements stay in force after they expire, because the hub that would deliver newer ones is unreachable. */
  readonly holdExpired: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}
