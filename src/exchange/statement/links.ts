import * as z from 'zod';
import { linkVerdicts } from '../../values/link-verdict.ts';
import { count, label, line, subdomain, time, toLine } from './fields.ts';
import type { Immutable } from './immutable.ts';

/** Links that one report spells out at the most. */
export const maxReportedLinks = 20;
/** Clusters that one report counts links to at the most: as many as a slice can have. */
export const maxReportedClusters = 1024;
/** Nodes that one report names at the most, of those that have no tunnel and of those that do not reach everybody, each. */
export const maxReportedNodes = 50;
/** Namespaces that one report names at the most as absent. */
export const maxReportedNamespaces = 50;
/** Failing exports that one report carries at the most. */
export const maxReportedExports = 50;
/** Refusals that one report carries at the most. */
export const maxReportedRefusals = 10;

const reportedLink = z.object({
  node: subdomain,
  peerCluster: label,
  peerNode: subdomain,
  driver: line(32),
  state: z.enum(linkVerdicts),
  reason: line(1024),
  since: time,
});

const clusterLinks = z.object({
  cluster: label,
  up: count,
  down: count,
  /** Links that should exist; those that are neither up nor down were not judged yet, or nobody reports them. */
  total: count,
  worstRttMs: z.number().min(0).exactOptional(),
});

const reportedNode = z.object({ node: subdomain, up: count, down: count, total: count, reason: line(1024).exactOptional() });

const missingNode = z.object({
  node: subdomain,
  reason: line(1024),
  /** The node itself is not Ready, as Kubernetes sees it: switched off, cut off or broken. */
  notReady: z.literal(true).exactOptional(),
  /** Since when it is not Ready, as Kubernetes sees it. */
  since: time.exactOptional(),
});

const failingExport = z.object({
  namespace: label,
  name: label,
  reason: line(64),
  message: line(512),
  /** Since when, by the clock of the cluster. */
  since: time.exactOptional(),
  /** The service works, but not in all as its owner asks. */
  works: z.literal(true).exactOptional(),
});

const absentNamespace = z.object({
  namespace: label,
  /** A namespace that is there and has nearly that name. */
  near: label.exactOptional(),
});

/**
 * Schema of what a cluster says about its part of a slice, as sums: it is as large for ten thousand nodes as for fifty. The status of the slice
 * is made from it, and nothing else.
 */
export const linksBody = z.object({
  /** Nodes of the cluster that have published a tunnel and are in service. */
  nodes: count,
  /** Nodes that are being drained or removed; they are expected to be missing, and no sum counts their links. */
  outOfService: count.exactOptional(),
  /** A pod of the cluster is attached to the slice. */
  inUse: z.literal(true).exactOptional(),
  /** Links from the nodes in service by the cluster that they lead to, the cluster itself among them. */
  clusters: z.array(clusterLinks).max(maxReportedClusters),
  /** The worst links, at most {@link maxReportedLinks}. */
  worst: z.array(reportedLink).max(maxReportedLinks),
  /** Nodes that do not reach everybody, the worst first; `impairedNodes` says how many there are. */
  impaired: z.array(reportedNode).max(maxReportedNodes),
  impairedNodes: count,
  /** Nodes that have no tunnel or whose agent is silent, with the reason; `missing` says how many there are. */
  missingNodes: z.array(missingNode).max(maxReportedNodes),
  missing: count,
  /** Exports that offer nothing, and those that do not work as their owners ask; `failing` says how many there are. */
  failingExports: z.array(failingExport).max(maxReportedExports).exactOptional(),
  failing: count.exactOptional(),
  /** Namespaces of the slice that the cluster does not have, at most {@link maxReportedNamespaces}. */
  absentNamespaces: z.array(absentNamespace).max(maxReportedNamespaces).exactOptional(),
  /** Why notices of other clusters are not used. */
  refused: z.array(line(1024)).max(maxReportedRefusals).exactOptional(),
});

/** What a cluster says about its part of a slice. */
export type LinksBody = Immutable<z.output<typeof linksBody>>;
/** One link in a report. */
export type ReportedLink = LinksBody['worst'][number];
/** Links to one cluster in a report. */
export type ClusterLinks = LinksBody['clusters'][number];
/** A node in a report that does not reach everybody. */
export type ImpairedNode = LinksBody['impaired'][number];
/** An export that does not offer what its owner asks, with the reason. */
export type FailingExport = NonNullable<LinksBody['failingExports']>[number];
/** A node in a report that has no part in the slice. */
export type MissingNode = LinksBody['missingNodes'][number];

/** A text as a report may carry it. */
export const reportLine = (text: string, max = 1024): string => toLine(text, max);
