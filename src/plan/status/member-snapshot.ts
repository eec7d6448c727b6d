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
import { type Observer, planWithdrawals } from '../dns/withdrawal.ts';
import { decodeVote } from '../link-votes.ts';
import { type FailingExports, failingExportsOf } from '../worker/failing-exports.ts';
import { planLinks } from '../worker/links.ts';
import { isNotReady } from '../worker/missing-node.ts';
import type { SickExport } from './export-problems.ts';
import type { FleetSnapshot, SliceNotice, SliceReport } from './fleet-snapshot.ts';
import type { Contexts } from './help.ts';
import type { InstallationView } from './installation-problems.ts';
import type { VoteOn } from './nodes.ts';
import type { Unreadable } from './unreadable.ts';

/** What a member cluster shows of itself and of the slices that it is in: its own objects and nothing else. */
export interface MemberSnapshot {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Name under which the cluster joined. */
  readonly cluster: string;
  readonly project: string;
  readonly contexts: Contexts;
  /** What the worker says about its connection to the hub and about the cluster's DNS; nothing while it has not said so. */
  readonly connection: readonly Condition[];
  readonly worker: Deployment | undefined;
  readonly dns: Deployment | undefined;
  readonly agent: DaemonSet | undefined;
  /** Whether the installation is whole and alone; absent where that was not read. */
  readonly installation?: InstallationView;
  /** Where nodes may not be read: those that have a part in a slice, by name alone. */
  readonly nodes: readonly Node[];
  /** What may not be read, and so is empty here; nothing when left out. */
  readonly unreadable?: Unreadable;
  /** The slices as the worker keeps them here. */
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
  readonly slicePeers: readonly SlicePeer[];
  readonly exports: readonly ServiceExport[];
  readonly imports: readonly ServiceImport[];
  /** What the notices state that the worker accepted and keeps here. */
  readonly stated: Pick<FleetSnapshot, 'nodes' | 'offers'>;
}

/** The kept notices with their slices. */
export const keptNoticesOf = (notices: readonly Notice[]): SliceNotice[] =>
  notices.flatMap((notice) => {
    const slice = notice.metadata.labels?.[sliceLabel];
    return slice === undefined ? [] : [{ slice, notice }];
  });

/** A report that is this much older than the newest one of the cluster is old, in milliseconds: three signs of life, and a look that takes its time. */
const silentAfterMs = 60_000;

/**
 * Nodes whose agents have not confirmed their reports for long. One look cannot see that something does not change, so the reports of a cluster
 * are compared with one another: all agents silent at once is what their DaemonSet says.
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

/** What this cluster reports to the hub about each of its slices, from the same objects. */
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
    });
    return { slice, cluster: snapshot.cluster, report };
  });
};

/** The exports of this cluster that do not offer what their owners ask, those that belong to no slice among them. */
export const ownSickExports = (snapshot: MemberSnapshot): SickExport[] => {
  const sick = ({ list }: FailingExports): SickExport[] =>
    list.map((each) => {
      const { namespace, name } = each;
      const exported = snapshot.exports.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
      return { cluster: snapshot.cluster, slice: exported?.spec.slice, ...each };
    });
  return [...sick(failingExportsOf(snapshot.exports, snapshot.now)), ...sick(failingExportsOf(snapshot.exports, snapshot.now, 'absent'))];
};

/** What the nodes of this cluster say of the nodes of the others, by the rule by which DNS withholds what is there. */
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
