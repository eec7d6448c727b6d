import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import {
  type ClusterLinks,
  type ImpairedNode,
  type LinksBody,
  maxReportedLinks,
  maxReportedNodes,
  maxReportedRefusals,
  type ReportedLink,
  reportLine,
} from '../../exchange/statement/links.ts';
import type { Node } from '../../values/builtin/node.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { compareText } from '../../values/order.ts';
import { failingExportsOf } from './failing-exports.ts';
import { fitReport } from './report-size.ts';

/** Everything the report about links is made from. */
export interface LinksSnapshot {
  /** What the agents of this cluster published in the slice. */
  readonly sliceNodes: readonly SliceNode[];
  /** The nodes of this cluster. */
  readonly nodes: readonly Node[];
  /** How many nodes of each cluster are known in the slice. */
  readonly peers: ReadonlyMap<string, number>;
  /** Name of this cluster. */
  readonly cluster: string;
  /** Nodes whose agents have not confirmed their reports for long. */
  readonly silent: ReadonlySet<string>;
  /** Sentences about notices that are not used. */
  readonly refused: readonly string[];
  /** The slice's exports of this cluster. */
  readonly exports: readonly ServiceExport[];
}

/** Whether a node is expected to serve: nobody drains or removes it. One that is not Ready is missed, since that is not intended. */
const isInService = ({ metadata, spec }: Node): boolean => metadata.deletionTimestamp === undefined && spec?.unschedulable !== true;

const isReady = ({ status }: Node): boolean => (status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'True') === 'True';

const tunnelAbsent = 'the agent has not set up its tunnel yet; see "kubectl -n kubeslice-system get pods -o wide" there.';
const nodeNotReady = 'the node is not Ready; see "kubectl describe node" there.';
const agentSilent = 'its agent has not reported for 45 s; see "kubectl -n kubeslice-system get pods -o wide" there.';

/** Why a node has no part in the slice; undefined when it has. */
const whyMissing = (sliceNode: SliceNode | undefined, silent: ReadonlySet<string>, node: Node): string | undefined => {
  const { name } = node.metadata;
  if (!isReady(node) && (sliceNode?.status?.publicKey === undefined || silent.has(name))) return nodeNotReady;
  if (sliceNode?.status?.publicKey === undefined) {
    return sliceNode?.status?.conditions?.find((condition) => condition.status === 'False')?.message ?? tunnelAbsent;
  }
  return silent.has(name) ? agentSilent : undefined;
};

/** Sums by cluster, and for each node what it lacks. */
const sumLinks = (reporting: readonly SliceNode[], expected: ReadonlyMap<string, number>) => {
  const clusters = new Map<string, { up: number; down: number; worstRttMs?: number }>();
  const impaired: ImpairedNode[] = [];
  const worst: ReportedLink[] = [];
  const total = [...expected.values()].reduce((sum, each) => sum + each, 0);
  for (const { spec, status } of reporting) {
    let [up, down] = [0, 0];
    for (const [cluster, votes] of Object.entries(status?.links?.clusters ?? {})) {
      // A cluster that left is not counted, even while an agent still reports links to it.
      if (!expected.has(cluster)) continue;
      const sum = clusters.get(cluster) ?? { up: 0, down: 0 };
      clusters.set(cluster, sum);
      sum.up += votes.up;
      sum.down += votes.down;
      if (votes.worstRttMs !== undefined) sum.worstRttMs = Math.max(sum.worstRttMs ?? 0, votes.worstRttMs);
      up += votes.up;
      down += votes.down;
    }
    const exceptions = (status?.links?.exceptions ?? []).map((each): ReportedLink => {
      const slash = each.peer.indexOf('/');
      const { driver, state, since } = each;
      const [peerCluster, peerNode] = [each.peer.slice(0, slash), each.peer.slice(slash + 1)];
      return { node: spec.node, peerCluster, peerNode, driver, state, reason: reportLine(each.reason), since };
    });
    worst.push(...exceptions);
    if (up >= total) continue;
    const [first] = exceptions;
    const reason = first === undefined ? {} : { reason: reportLine(`${first.peerCluster}/${first.peerNode}: ${first.reason}`) };
    impaired.push({ node: spec.node, up, down, total, ...reason });
  }
  return { clusters, impaired, worst };
};

/**
 * What this cluster reports to the hub about its part of a slice: sums by cluster, and the worst in words, each list bounded. The work is that of the
 * nodes of this cluster times the clusters of the slice. Nodes that are being drained or removed are neither counted nor missed.
 */
export const planLinks = (seen: LinksSnapshot): LinksBody => {
  const byNode = new Map(seen.sliceNodes.map((node) => [node.spec.node, node]));
  const serving = seen.nodes.filter(isInService);
  const missing = serving.flatMap((node) => {
    const reason = whyMissing(byNode.get(node.metadata.name), seen.silent, node);
    return reason === undefined ? [] : [{ node: node.metadata.name, reason: reportLine(reason) }];
  });
  missing.sort((a, b) => compareText(a.node, b.node));
  const absent = new Set(missing.map(({ node }) => node));
  const reporting = serving.flatMap(({ metadata: { name } }) => (absent.has(name) ? [] : (byNode.get(name) ?? [])));
  // A node has no link to itself.
  const expected = new Map(
    [...seen.peers].flatMap(([cluster, nodes]): [string, number][] => {
      const others = cluster === seen.cluster ? nodes - 1 : nodes;
      return others > 0 ? [[cluster, others]] : [];
    }),
  );
  const { clusters, impaired, worst } = sumLinks(reporting, expected);
  const failingExports = failingExportsOf(seen.exports);
  const outOfService = seen.nodes.length - serving.length;
  const name = (link: ReportedLink): string => `${link.node}/${link.peerCluster}/${link.peerNode}`;
  return fitReport({
    nodes: reporting.length,
    ...(outOfService === 0 ? {} : { outOfService }),
    clusters: [...expected]
      .map(([cluster, others]): ClusterLinks => ({ cluster, up: 0, down: 0, ...clusters.get(cluster), total: reporting.length * others }))
      .toSorted((a, b) => compareText(a.cluster, b.cluster)),
    worst: worst.toSorted((a, b) => compareVerdicts(a.state, b.state) || compareText(name(a), name(b))).slice(0, maxReportedLinks),
    impaired: impaired.toSorted((a, b) => b.down - a.down || a.up - b.up || compareText(a.node, b.node)).slice(0, maxReportedNodes),
    impairedNodes: impaired.length,
    missingNodes: missing.slice(0, maxReportedNodes),
    missing: missing.length,
    ...(failingExports.length === 0 ? {} : { failingExports }),
    ...(seen.refused.length === 0 ? {} : { refused: seen.refused.slice(0, maxReportedRefusals).map((each) => reportLine(each)) }),
  });
};

/** Whether two reports differ in measurements and words only. */
export const sameLinkStates = (a: LinksBody, b: LinksBody): boolean => {
  const essence = ({ clusters, worst, impaired, missingNodes, ...rest }: LinksBody): string =>
    JSON.stringify([
      rest.nodes,
      rest.outOfService,
      rest.impairedNodes,
      rest.missing,
      rest.refused,
      rest.failingExports,
      missingNodes,
      clusters.map(({ cluster, up, down, total }) => [cluster, up, down, total]),
      worst.map((link) => [link.node, link.peerCluster, link.peerNode, link.driver, link.state]),
      impaired.map(({ node, up, down }) => [node, up, down]),
    ]);
  return essence(a) === essence(b);
};
