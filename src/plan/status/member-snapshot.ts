import type { Condition } from '../../api/condition.ts';
import { sliceLabel } from '../../api/labels.ts';
import type { Notice } from '../../api/notice/type.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import type { Node } from '../../values/builtin/node.ts';
import type { DaemonSet, Deployment } from '../../values/builtin/workloads.ts';
import { type FailingExports, failingExportsOf } from '../exports/failing-exports.ts';
import { decodeVote } from '../links/link-votes.ts';
import { planLinks } from '../links/links.ts';
import { isNotReady } from '../links/missing-node.ts';
import { type Observer, planWithdrawals } from '../names/withdrawal.ts';
import type { SickExport } from './export-problems.ts';
import type { FleetSnapshot, SliceNotice, SliceReport } from './fleet-snapshot.ts';
import type { Contexts } from './help.ts';
import type { InstallationView } from './installation-problems.ts';
import type { VoteOn } from './nodes.ts';
import type { Unreadable } from './unreadable.ts';

/** A member cluster's own objects about itself and its slices. */
export interface MemberSnapshot {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Name of the cluster on the hub. */
  readonly cluster: string;
  readonly project: string;
  readonly contexts: Contexts;
  /** The worker's report about its connection to the hub and the cluster's DNS; empty before the first report. */
  readonly connection: readonly Condition[];
  readonly worker: Deployment | undefined;
  readonly dns: Deployment | undefined;
  readonly agent: DaemonSet | undefined;
  /** Whether the installation is complete and the only one; absent if that was not read. */
  readonly installation?: InstallationView;
  /** Without permission to read nodes: those of the slices, by name only. */
  readonly nodes: readonly Node[];
  /** Resources without permission, which are empty here. @default none */
  readonly unreadable?: Unreadable;
  /** The worker's local slices. */
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
  readonly slicePeers: readonly SlicePeer[];
  readonly exports: readonly ServiceExport[];
  readonly imports: readonly ServiceImport[];
  /** The content of the accepted notices that the worker stores here. */
  readonly stated: Pick<FleetSnapshot, 'nodes' | 'offers'>;
}

/** The stored notices with their slices. */
export const keptNoticesOf = (notices: readonly Notice[]): SliceNotice[] =>
  notices.flatMap((notice) => {
    const slice = notice.metadata.labels?.[sliceLabel];
    return slice === undefined ? [] : [{ slice, notice }];
  });

/** A report that is this much older than the newest one of the cluster is old, in milliseconds: three heartbeats, and the time of a slow read. */
const silentAfterMs = 60_000;

/**
 * Nodes whose agents have not confirmed their reports for long. A single read cannot show that something does not change, so the reports of a cluster
 * are compared with each other; if all agents are silent, the DaemonSet shows it.
 */
const silentNodes = ({ sliceNodes, nodes }: MemberSnapshot): ReadonlySet<string> => {
  const confirmed = new Map<string, number>();
  for (const { spec, status } of sliceNodes) {
    const at = Date.parse(status?.links?.observedAt ?? '');
    if (!Number.isNaN(at)) confirmed.set(spec.node, Math.max(at, confirmed.get(spec.node) ?? 0));
  }
  const newest = Math.max(0, ...confirmed.values());
  const old = [...confirmed].flatMap(([node, at]) => (newest - at > silentAfterMs ? [node] : []));
  return new Set([...old, ...nodes.filter(isNotReady).map(({ metadata }) => metadata.name)]);
};

const ofSlice = <T extends { readonly spec: { readonly slice: string } }>(all: readonly T[], slice: string): T[] =>
  all.filter(({ spec }) => spec.slice === slice);

/** This cluster's report to the hub about each of its slices, from the same objects. */
export const ownReports = (snapshot: MemberSnapshot): SliceReport[] => {
  const silent = silentNodes(snapshot);
  return snapshot.slices.map(({ metadata }) => {
    const slice = metadata.name;
    const peers = new Map<string, number>();
    for (const { spec } of ofSlice(snapshot.slicePeers, slice)) peers.set(spec.cluster, (peers.get(spec.cluster) ?? 0) + 1);
    const report = planLinks({
      sliceNodes: ofSlice(snapshot.sliceNodes, slice),
      nodes: snapshot.nodes,
      peers,
      cluster: snapshot.cluster,
      silent,
      refused: [],
      failing: failingExportsOf(ofSlice(snapshot.exports, slice), snapshot.now),
      absentNamespaces: [],
      access: undefined,
    });
    return { slice, cluster: snapshot.cluster, report };
  });
};

/** The exports of this cluster that do not offer what their owners request, including those without a slice. */
export const ownSickExports = (snapshot: MemberSnapshot): SickExport[] => {
  const sick = ({ list }: FailingExports): SickExport[] =>
    list.map((each) => {
      const { namespace, name } = each;
      const exported = snapshot.exports.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
      return { cluster: snapshot.cluster, slice: exported?.spec.slice, ...each };
    });
  return [...sick(failingExportsOf(snapshot.exports, snapshot.now)), ...sick(failingExportsOf(snapshot.exports, snapshot.now, 'absent'))];
};

/** The votes of this cluster's nodes about the nodes of others, by the rule by which DNS withholds endpoints. */
export const votesOf = (snapshot: MemberSnapshot): VoteOn => {
  const silent = silentNodes(snapshot);
  const slices = new Map(
    [...Map.groupBy(snapshot.sliceNodes, ({ spec }) => spec.slice)].map(([slice, parts]) => {
      const observers = parts.map(
        ({ spec, status }): Observer => ({
          node: spec.node,
          cluster: snapshot.cluster,
          fresh: !silent.has(spec.node),
          votes: status?.links?.clusters,
        }),
      );
      return [slice, { observers, withdrawn: planWithdrawals(observers) }] as const;
    }),
  );
  return (slice, cluster, node) => {
    const seen = slices.get(slice);
    if (seen === undefined) return 'Pending';
    if (seen.withdrawn.has(cluster, node)) return 'Down';
    const isUp = ({ votes }: Observer): boolean => votes?.[cluster] !== undefined && decodeVote(votes[cluster], node) === 'Up';
    return seen.observers.some(isUp) ? 'Up' : 'Pending';
  };
};
