import type { Cluster } from '../../api/cluster/type.ts';
import type { Notice } from '../../api/notice/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { ExportBody } from '../../exchange/statement/export.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import type { NodeBody } from '../../exchange/statement/node.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import type { Contexts } from './help.ts';
import type { Unreadable } from './unreadable.ts';

/** What the hub shows of one project. */
export interface FleetSnapshot {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly project: string;
  readonly contexts: Contexts;
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
  /** What may not be read, and so is empty here; nothing when left out. */
  readonly unreadable?: Unreadable;
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

/** A notice with the slice on whose board it is. */
export interface SliceNotice {
  readonly slice: string;
  readonly notice: Notice;
}

/** The notices of some boards with the names of their slices; those of boards of other slices are left out. */
export const noticesOf = (slices: readonly Slice[], notices: readonly Notice[]): SliceNotice[] => {
  const names = new Map(
    slices.flatMap(({ metadata, status }) => (status?.exchangeNamespace === undefined ? [] : [[status.exchangeNamespace, metadata.name]])),
  );
  return notices.flatMap((notice) => {
    const slice = names.get(notice.metadata.namespace ?? '');
    return slice === undefined ? [] : [{ slice, notice }];
  });
};
