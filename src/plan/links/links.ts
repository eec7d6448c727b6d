import { isInSlice, type SliceNode } from '../../api/slicenode/type.ts';
import {
  type ClusterLinks,
  type FailingExport,
  type ImpairedNode,
  type LinksBody,
  maxReportedLinks,
  maxReportedNodes,
  maxReportedRefusals,
  type ReportedLink,
  reportLine,
} from '../../exchange/statement/links.ts';
import { isLinux, type Node } from '../../values/builtin/node.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { compareText } from '../../values/text/order.ts';
import { nodeToken, votesWithout } from './link-votes.ts';
import { whyMissing } from './missing-node.ts';
import { fitReport } from './report-size.ts';
import { type AccessDigests, reportedAccess } from './reported-access.ts';

/** All inputs of the report about links. */
export interface LinksSnapshot {
  /** The reports of this cluster's agents in the slice. */
  readonly sliceNodes: readonly SliceNode[];
  /** The nodes of this cluster. */
  readonly nodes: readonly Node[];
  /** How many nodes of each cluster are known in the slice. */
  readonly peers: ReadonlyMap<string, number>;
  /** Name of this cluster. */
  readonly cluster: string;
  /** Nodes whose agents have not confirmed their reports for long. */
  readonly silent: ReadonlySet<string>;
  /** Nodes that joined the slice a moment ago and have not reported yet: they are not missing while another node serves. @default none */
  readonly joining?: ReadonlySet<string>;
  /** Sentences about refused notices. */
  readonly refused: readonly string[];
  /** The report about this cluster's exports of the slice. */
  readonly failing: { readonly list: readonly FailingExport[]; readonly count: number };
  /** Namespaces of the slice that do not exist in this cluster. */
  readonly absentNamespaces: NonNullable<LinksBody['absentNamespaces']>;
  /** The policies of the slice; undefined when it has none. */
  readonly access: AccessDigests | undefined;
}

/**
 * Whether a node is expected to serve: it is neither drained nor removed. A node that is not Ready counts as missing, because that is not intended.
 */
export const isInService = ({ metadata, spec }: Node): boolean => metadata.deletionTimestamp === undefined && spec?.unschedulable !== true;

/** The items that match, and the others. */
const partition = <T>(items: readonly T[], matches: (item: T) => boolean): [T[], T[]] => [
  items.filter(matches),
  items.filter((item) => !matches(item)),
];

/** Times of the same form. */
const earlier = (a: string | undefined, b: string): string => (a === undefined || b < a ? b : a);

/** Sums by cluster, and the missing links of each node. */
const sumLinks = (
  reporting: readonly SliceNode[],
  expected: ReadonlyMap<string, number>,
  gone: { readonly cluster: string; readonly nodes: ReadonlySet<string> },
) => {
  const goneTokens = new Set([...gone.nodes].map(nodeToken));
  const clusters = new Map<string, { up: number; down: number; worstRttMs?: number; bound?: number; boundUntil?: string }>();
  const impaired: ImpairedNode[] = [];
  const worst: ReportedLink[] = [];
  const total = [...expected.values()].reduce((sum, each) => sum + each, 0);
  for (const { spec, status } of reporting) {
    let [up, down] = [0, 0];
    for (const [cluster, votes] of Object.entries(status?.links?.clusters ?? {})) {
      // A cluster that left does not count, even while an agent still reports links to it.
      if (!expected.has(cluster)) continue;
      const sum = clusters.get(cluster) ?? { up: 0, down: 0 };
      clusters.set(cluster, sum);
      const counted = cluster === gone.cluster ? votesWithout(votes, goneTokens) : votes;
      sum.up += counted.up;
      sum.down += counted.down;
      if (votes.worstRttMs !== undefined && counted.up > 0) sum.worstRttMs = Math.max(sum.worstRttMs ?? 0, votes.worstRttMs);
      if (votes.bound !== undefined) sum.bound = (sum.bound ?? 0) + votes.bound;
      if (votes.boundUntil !== undefined) sum.boundUntil = earlier(sum.boundUntil, votes.boundUntil);
      up += counted.up;
      down += counted.down;
    }
    const exceptions = (status?.links?.exceptions ?? []).flatMap((each): ReportedLink[] => {
      const slash = each.peer.indexOf('/');
      const { driver, state, since } = each;
      const [peerCluster, peerNode] = [each.peer.slice(0, slash), each.peer.slice(slash + 1)];
      if (peerCluster === gone.cluster && gone.nodes.has(peerNode)) return [];
      return [{ node: spec.node, peerCluster, peerNode, driver, state, reason: reportLine(each.reason), since }];
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
 * This cluster's report to the hub about its part of a slice: sums by cluster, and the worst cases with reasons, each list bounded. The work is the
 * number of this cluster's nodes times the slice's clusters. Nodes that the slice does not need, and drained or removed ones, are neither counted nor
 * missing; links to missing nodes of this cluster do not count.
 */
export const planLinks = (seen: LinksSnapshot): LinksBody => {
  const byNode = new Map(seen.sliceNodes.map((node) => [node.spec.node, node]));
  const needsNode = ({ metadata: { name } }: Node): boolean => {
    const sliceNode = byNode.get(name);
    return sliceNode === undefined || isInSlice(sliceNode);
  };
  const nodes = seen.nodes.filter((node) => isLinux(node) && needsNode(node));
  const inService = nodes.filter(isInService);
  const [joining, joined] = partition(inService, ({ metadata }) => seen.joining?.has(metadata.name) === true);
  // Without any other node the cluster has no part in the slice yet, and that is reported.
  const serving = joined.length > 0 ? joined : joining;
  const missing = serving.flatMap((node) => whyMissing(byNode.get(node.metadata.name), seen.silent, node) ?? []);
  missing.sort((a, b) => compareText(a.node, b.node));
  const absent = new Set(missing.map(({ node }) => node));
  const reporting = serving.flatMap(({ metadata: { name } }) => (absent.has(name) ? [] : (byNode.get(name) ?? [])));
  // Missing nodes of this cluster whose tunnels others still know: no link to them is needed.
  const gone = missing.flatMap(({ node }) => (byNode.get(node)?.status?.publicKey === undefined ? [] : [node]));
  // A node has no link to itself.
  const expected = new Map(
    [...seen.peers].flatMap(([cluster, nodes]): [string, number][] => {
      const others = cluster === seen.cluster ? nodes - 1 - gone.length : nodes;
      return others > 0 ? [[cluster, others]] : [];
    }),
  );
  const { clusters, impaired, worst } = sumLinks(reporting, expected, { cluster: seen.cluster, nodes: new Set(gone) });
  const { failing } = seen;
  const outOfService = nodes.length - inService.length;
  const name = (link: ReportedLink): string => `${link.node}/${link.peerCluster}/${link.peerNode}`;
  return fitReport({
    nodes: reporting.length,
    ...(outOfService === 0 ? {} : { outOfService }),
    ...(seen.sliceNodes.some(({ status }) => Object.keys(status?.pods ?? {}).length > 0) ? { inUse: true as const } : {}),
    clusters: [...expected]
      .map(([cluster, others]): ClusterLinks => ({ cluster, up: 0, down: 0, ...clusters.get(cluster), total: reporting.length * others }))
      .toSorted((a, b) => compareText(a.cluster, b.cluster)),
    worst: worst.toSorted((a, b) => compareVerdicts(a.state, b.state) || compareText(name(a), name(b))).slice(0, maxReportedLinks),
    impaired: impaired.toSorted((a, b) => b.down - a.down || a.up - b.up || compareText(a.node, b.node)).slice(0, maxReportedNodes),
    impairedNodes: impaired.length,
    missingNodes: missing.slice(0, maxReportedNodes),
    missing: missing.length,
    ...(failing.list.length === 0 ? {} : { failingExports: [...failing.list], failing: failing.count }),
    ...(seen.absentNamespaces.length === 0 ? {} : { absentNamespaces: [...seen.absentNamespaces] }),
    ...(seen.refused.length === 0 ? {} : { refused: seen.refused.slice(0, maxReportedRefusals).map((each) => reportLine(each)) }),
    ...(seen.access === undefined ? {} : { access: reportedAccess(seen.access, reporting) }),
  });
};

/**
 * Whether a report differs from one with every link up only by links that are being made, because nodes joined or left: it is worth a write when they
 * are made, or are not made in time.
 */
export const awaitsLinks = (before: LinksBody, after: LinksBody): boolean => {
  if (!isComplete(before) || isComplete(after) || after.clusters.some(({ down }) => down > 0)) return false;
  const { inUse: _, ...rest } = after;
  return sameButNodes(before, { ...rest, ...(before.inUse === undefined ? {} : { inUse: before.inUse }) });
};

/**
 * Whether two reports of a cluster with every link up differ only by numbers of nodes: that is a measurement and no state, or each node that joins or
 * leaves would cost a write of every cluster.
 *
 * @param own the cluster, which has links to itself when it has several nodes
 */
export const differsInSize = (before: LinksBody, after: LinksBody, own: string): boolean => {
  const others = ({ clusters }: LinksBody): string => clusters.flatMap(({ cluster }) => (cluster === own ? [] : [cluster])).join();
  return isComplete(before) && isComplete(after) && others(before) === others(after) && sameButNodes(before, after);
};

const isComplete = ({ clusters, missing }: LinksBody): boolean => missing === 0 && clusters.every(({ up, total }) => up === total);

/** Whether two reports have the same states but for the number of nodes and their links. */
const sameButNodes = (before: LinksBody, after: LinksBody): boolean => {
  const { nodes, clusters, worst, impaired, impairedNodes } = before;
  return sameLinkStates(before, { ...after, nodes, clusters, worst, impaired, impairedNodes });
};

/** Whether two reports differ only in measurements and texts. */
export const sameLinkStates = (a: LinksBody, b: LinksBody): boolean => {
  const essence = ({ clusters, worst, impaired, missingNodes, ...rest }: LinksBody): string =>
    JSON.stringify([
      rest.nodes,
      rest.outOfService,
      rest.inUse,
      rest.impairedNodes,
      rest.missing,
      rest.refused,
      rest.failing,
      // The message names the cause; the numbers in it vary.
      rest.failingExports?.map(({ namespace, name, reason, works, message }) => [
        namespace,
        name,
        reason,
        works,
        message.replace(/\d+/g, ''),
      ]),
      rest.absentNamespaces,
      rest.access,
      missingNodes,
      clusters.map(({ cluster, up, down, total }) => [cluster, up, down, total]),
      worst.map((link) => [link.node, link.peerCluster, link.peerNode, link.driver, link.state]),
      impaired.map(({ node, up, down }) => [node, up, down]),
    ]);
  return essence(a) === essence(b);
};
