import type { LinkState, TunnelEndpoint } from '../slicenode/type.ts';
import type { StatementKind } from './type.ts';

/** What a cluster says about itself: its authority and the blocks it uses. */
export interface ClusterBody {
  /** Certificate of the cluster's authority, PEM. */
  readonly caCertificate: string;
  readonly blocks: readonly string[];
}

/** What a cluster says about one of its nodes. */
export interface NodeBody {
  readonly node: string;
  /** WireGuard public key, base64. */
  readonly publicKey: string;
  readonly endpoints: readonly TunnelEndpoint[];
  readonly blocks: readonly string[];
  readonly drivers: readonly string[];
  /** The node's own address in the slice. */
  readonly router: string;
}

/** One port of an exported service. */
export interface ExportPort {
  readonly name?: string;
  readonly protocol: string;
  /** Port by which clients call. */
  readonly port: number;
  /** Port on which the pods listen. */
  readonly targetPort: number;
  readonly appProtocol?: string;
}

/** One pod behind an exported service. */
export interface ExportEndpoint {
  readonly pod: string;
  readonly address: string;
  readonly node: string;
  readonly ready: boolean;
}

/** What a cluster says about one of its exports. */
export interface ExportBody {
  readonly namespace: string;
  readonly name: string;
  readonly ports: readonly ExportPort[];
  readonly aliases: readonly string[];
  readonly endpoints: readonly ExportEndpoint[];
}

/** One link as reported to the hub. */
export interface ReportedLink extends LinkState {
  readonly node: string;
  readonly peerCluster: string;
  readonly peerNode: string;
}

/** An export that has no notice of its own, because it cannot be made from what its owner wrote. */
export interface FailingExport {
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

/** What a cluster says about its links: the status of the slice is made from it. */
export interface LinksBody {
  /** Nodes of this cluster that have published a tunnel. */
  readonly nodes: number;
  /** Links that should exist from the nodes of this cluster. */
  readonly expected: number;
  readonly up: number;
  /** The links, worst first; at most {@link maxReportedLinks}. */
  readonly links: readonly ReportedLink[];
  /** Nodes of the cluster that have no tunnel yet, with the reason. */
  readonly missingNodes: readonly { readonly node: string; readonly reason: string }[];
  /** Exports of this cluster that offer nothing because of a mistake, at most {@link maxReportedExports}. */
  readonly failingExports?: readonly FailingExport[];
  /** Why notices of other clusters are not used, at most {@link maxReportedRefusals}. */
  readonly refused?: readonly string[];
}

/** Refusals that one report carries at the most. */
export const maxReportedRefusals = 10;

/** Failing exports that one report carries at the most. */
export const maxReportedExports = 50;

/** Links that one report carries at the most. */
export const maxReportedLinks = 500;

/** Body of a statement by its kind. */
export interface StatementBodies {
  readonly Cluster: ClusterBody;
  readonly Node: NodeBody;
  readonly Export: ExportBody;
  readonly Links: LinksBody;
}

/** A statement: who says what about whom, and how long it holds. */
export interface Statement<K extends StatementKind = StatementKind> {
  readonly kind: K;
  readonly project: string;
  readonly slice: string;
  readonly sliceUID: string;
  readonly cluster: string;
  readonly subject: string;
  /** Grows with each statement about the same subject, so that an older one cannot be replayed. */
  readonly serial: number;
  /** RFC 3339. */
  readonly issuedAt: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly body: StatementBodies[K];
}
