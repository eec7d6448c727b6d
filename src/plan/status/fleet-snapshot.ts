import type { Cluster } from '../../api/cluster/type.ts';
import type { Notice } from '../../api/notice/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { ExportBody } from '../../exchange/statement/export.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import type { NodeBody } from '../../exchange/statement/node.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import type { Contexts } from './help.ts';
import type { Unreadable } from './unreadable.ts';

/** The hub's objects of one project. */
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
  /** The reports of the clusters about their parts of the slices. */
  readonly reports: readonly SliceReport[];
  /** The published nodes. */
  readonly nodes: readonly PublishedStatement<NodeBody>[];
  /** The published exports with all endpoints. */
  readonly offers: readonly PublishedStatement<ExportBody>[];
  /** Resources without permission, which are empty here. @default none */
  readonly unreadable?: Unreadable;
}

/** A published statement of a cluster in a slice. */
export interface PublishedStatement<Body> {
  readonly slice: string;
  readonly cluster: string;
  readonly body: Body;
}

/** A cluster's report about its part of a slice. */
export interface SliceReport {
  readonly slice: string;
  readonly cluster: string;
  readonly report: LinksBody;
}

/** A notice with the slice of its board. */
export interface SliceNotice {
  readonly slice: string;
  readonly notice: Notice;
}

/** The notices of some boards with the names of their slices; notices of other slices are dropped. */
export const noticesOf = (slices: readonly Slice[], notices: readonly Notice[]): SliceNotice[] => {
  const names = new Map(
    slices.flatMap(({ metadata, status }) => (status?.exchangeNamespace === undefined ? [] : [[status.exchangeNamespace, metadata.name]])),
  );
  return notices.flatMap((notice) => {
    const slice = names.get(notice.metadata.namespace ?? '');
    return slice === undefined ? [] : [{ slice, notice }];
  });
};
