import { conditionOf } from '../../api/condition.ts';
import {
  type FailingExport,
  type LinksBody,
  maxReportedExports,
  maxReportedLinks,
  maxReportedRefusals,
  type ReportedLink,
} from '../../api/notice/statement.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { compareText } from '../../values/order.ts';

/** Those that are wrong by themselves; one whose pods are only not Ready has a notice, which says so. */
const failingExportsOf = (exports: readonly ServiceExport[]): FailingExport[] =>
  exports
    .flatMap(({ metadata, status }): FailingExport[] => {
      const ready = conditionOf(status?.conditions, 'Ready');
      if (status?.exportStatus !== 'ERROR' || ready?.status !== 'False' || metadata.deletionTimestamp !== undefined) return [];
      // Written before the slice was granted, or before its owner's last correction: it is about to be judged anew.
      if (ready.reason === 'SliceNotFound' || ready.observedGeneration !== metadata.generation) return [];
      const { namespace = '', name } = metadata;
      return [{ namespace, name, reason: ready.reason, message: ready.message.slice(0, 512) }];
    })
    .toSorted((a, b) => compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));

/** Everything the report about links is made from. */
export interface LinksSnapshot {
  /** What the agents of this cluster published in the slice. */
  readonly sliceNodes: readonly SliceNode[];
  /** Names of the nodes of this cluster. */
  readonly nodes: readonly string[];
  /** Nodes of the slice that are known here, in all clusters. */
  readonly peerCount: number;
  /** Sentences about notices that are not used. */
  readonly refused: readonly string[];
  /** The slice's exports of this cluster. */
  readonly exports: readonly ServiceExport[];
}

/** The links of this cluster's nodes in a slice, as reported to the hub: the worst first, bounded, with the nodes that have no tunnel yet. */
export const planLinks = ({ sliceNodes, nodes, peerCount, refused, exports }: LinksSnapshot): LinksBody => {
  const published = sliceNodes.filter((node) => node.status?.publicKey !== undefined);
  const links: ReportedLink[] = published.flatMap((node) =>
    Object.entries(node.status?.links ?? {}).map(([key, link]) => {
      const slash = key.indexOf('/');
      return { ...link, node: node.spec.node, peerCluster: key.slice(0, slash), peerNode: key.slice(slash + 1) };
    }),
  );
  const name = (link: ReportedLink): string => `${link.node}/${link.peerCluster}/${link.peerNode}`;
  links.sort((a, b) => compareVerdicts(a.state, b.state) || compareText(name(a), name(b)));
  const byNode = new Map(sliceNodes.map((node) => [node.spec.node, node]));
  const missingNodes = [...nodes].toSorted().flatMap((node) => {
    const known = byNode.get(node);
    if (known?.status?.publicKey !== undefined) return [];
    const failing = known?.status?.conditions?.find((condition) => condition.status === 'False')?.message;
    return [
      { node, reason: failing ?? 'the agent has not set up its tunnel yet; see "kubectl -n kubeslice-system get pods -o wide" there.' },
    ];
  });
  const failingExports = failingExportsOf(exports);
  return {
    nodes: published.length,
    expected: published.length * Math.max(0, peerCount - 1),
    up: links.filter((link) => link.state === 'Up' || link.state === 'Suspect').length,
    links: links.slice(0, maxReportedLinks),
    missingNodes: missingNodes.slice(0, 50),
    ...(failingExports.length === 0 ? {} : { failingExports: failingExports.slice(0, maxReportedExports) }),
    ...(refused.length === 0 ? {} : { refused: refused.slice(0, maxReportedRefusals).map((message) => message.slice(0, 1024)) }),
  };
};

/** Whether two reports differ in more than measurements, so that only changes of state are worth a write at once. */
export const sameLinkStates = (a: LinksBody, b: LinksBody): boolean => {
  const essence = (body: LinksBody): string =>
    JSON.stringify([
      body.nodes,
      body.expected,
      body.up,
      body.missingNodes,
      body.refused,
      body.failingExports,
      body.links.map((link) => [link.node, link.peerCluster, link.peerNode, link.driver, link.state]),
    ]);
  return essence(a) === essence(b);
};
