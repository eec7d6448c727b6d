import type { Cluster } from '../../api/cluster/type.ts';
import type { Notice } from '../../api/notice/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';

/** What a person who looks at the hub sees of one project. */
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
  /** Notices of all the slices; each hangs in the exchange namespace of its slice. */
  readonly notices: readonly Notice[];
}

/** Names of slices by the namespace of their notice board. */
export const sliceByBoard = (slices: readonly Slice[]): ReadonlyMap<string, string> =>
  new Map(
    slices.flatMap(({ metadata, status }) => (status?.exchangeNamespace === undefined ? [] : [[status.exchangeNamespace, metadata.name]])),
  );
