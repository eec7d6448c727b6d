import type { Cluster } from '../../api/cluster/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { ExportBody } from '../../exchange/statement/export.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import type { NodeBody } from '../../exchange/statement/node.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';

/** What the hub shows of one project. */
export interface FleetSnapshot {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly project: string;
  /** Contexts of the person's kubeconfig: the one that the hub was read by, and all that there are. */
  readonly contexts: { readonly hub: string; readonly known: readonly string[] };
  /** Namespace of the project. */
  readonly namespace: string;
  readonly controller: Deployment | undefined;
  readonly clusters: readonly Cluster[];
  readonly slices: readonly Slice[];
  /** What the clusters report about their parts of the slices. */
  readonly reports: readonly SliceReport[];
  /** What they publish about their nodes. */
  readonly nodes: readonly Shown<NodeBody>[];
  /** What they offer, with all endpoints. */
  readonly offers: readonly Shown<ExportBody>[];
}

/** What a cluster publishes in a slice. */
export interface Shown<Body> {
  readonly slice: string;
  readonly cluster: string;
  readonly body: Body;
}

/** What a cluster reports about its part of a slice. */
export interface SliceReport {
  readonly slice: string;
  readonly cluster: string;
  readonly report: LinksBody;
}

/** Names of slices by the namespace of their notice board. */
export const sliceByBoard = (slices: readonly Slice[]): ReadonlyMap<string, string> =>
  new Map(
    slices.flatMap(({ metadata, status }) => (status?.exchangeNamespace === undefined ? [] : [[status.exchangeNamespace, metadata.name]])),
  );
