import type { RootReader } from '../identity/root-reader.ts';
import type { Cidr } from '../values/cidr.ts';

/** What the hub grants another member of the slice. */
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
  /** The part of the subnet from which pods and nodes have their addresses. */
  readonly pods: readonly Cidr[];
  /** The namespaces of the slice. */
  readonly namespaces: ReadonlySet<string>;
  /** What the hub grants a member; `unknown` while the hub does not answer, `undefined` when it has no such member. */
  readonly member: (cluster: string) => MemberGrant | 'unknown' | undefined;
  /** The certificate that is pinned for a cluster, PEM. */
  readonly pinned: (cluster: string) => string | undefined;
  /** Reads the certificate of an authority; it may remember what it read. */
  readonly readRoot: RootReader;
  /** Whether the cluster left every slice in which it is known here. Another authority may then take its name. */
  readonly departed: (cluster: string) => boolean;
  /** Whether statements go on to hold after they expired, because the hub that would bring newer ones is away. */
  readonly holdExpired: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}
