import type { Cidr } from '../values/cidr.ts';

/** What the hub says about another member of the slice. */
export interface MemberGrant {
  readonly blocks: readonly Cidr[];
  /** The hub said that the membership is over. */
  readonly ended: boolean;
}

/** Everything beside the ledger from which it is decided what to believe. */
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
  /** What the hub says about a member; `unknown` while the hub cannot be asked, `undefined` when it knows no such member. */
  readonly member: (cluster: string) => MemberGrant | 'unknown' | undefined;
  /** The certificate that is pinned for a cluster, PEM. */
  readonly pinned: (cluster: string) => string | undefined;
  /** Whether the cluster said farewell in every slice in which it is known here: another authority may then take its name. */
  readonly departed: (cluster: string) => boolean;
  /** Whether statements go on to hold after they expired, because the hub that would bring newer ones is away. */
  readonly holdExpired: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}
