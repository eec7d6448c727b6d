import * as z from 'zod';
import { linkVerdicts } from '../../values/link-verdict.ts';
import { count, label, line, subdomain, time, toLine } from './fields.ts';
import type { Immutable } from './immutable.ts';

/** Maximum number of links that one report lists. */
export const maxReportedLinks = 20;
/** Maximum number of clusters in one report: as many as a slice can have. */
export const maxReportedClusters = 1024;
/** Maximum number of nodes that one report names, of those without a tunnel and of those that do not reach all others, each. */
export const maxReportedNodes = 50;
/** Maximum number of absent namespaces that one report names. */
export const maxReportedNamespaces = 50;
/** Maximum number of failing exports in one report. */
export const maxReportedExports = 50;
/** Maximum number of policies with unknown fields in one report. */
export const maxReportedUnknown = 10;
/** Maximum number of refusals in one report. */
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
  /** Links that should exist; those that are neither up nor down are not judged yet, or no agent reports them. */
  total: count,
  worstRttMs: z.number().min(0).exactOptional(),
  /** Links under a key from mutual TLS, and the end of the certificate that ends first. */
  bound: count.exactOptional(),
  boundUntil: time.exactOptional(),
});

const reportedNode = z.object({ node: subdomain, up: count, down: count, total: count, reason: line(1024).exactOptional() });

const missingNode = z.object({
  node: subdomain,
  reason: line(1024),
  /** The node is not Ready in Kubernetes: powered off, disconnected or broken. */
  notReady: z.literal(true).exactOptional(),
  /** Since when it is not Ready in Kubernetes. */
  since: time.exactOptional(),
});

const failingExport = z.object({
  namespace: label,
  name: label,
  reason: line(64),
  message: line(512),
  /** Since when, by the clock of the cluster. */
  since: time.exactOptional(),
  /** The service works, but not entirely as its owner requests. */
  works: z.literal(true).exactOptional(),
});

const absentNamespace = z.object({
  namespace: label,
  /** An existing namespace with a similar name. */
  near: label.exactOptional(),
});

const unknownField = z.object({ policy: label, field: line(256) });

const reportedAccess = z.object({
  /** Digest of the policies that the hub granted. */
  granted: z.string().regex(/^[0-9a-f]{16}$/),
  /** Nodes in service that have not confirmed them. */
  behind: count,
  /** One of these nodes. */
  node: subdomain.exactOptional(),
  /** Policies with a field that the cluster does not know, at most {@link maxReportedUnknown}, each with the first one. */
  unknown: z.array(unknownField).max(maxReportedUnknown).exactOptional(),
});

/**
 * The report of a cluster about its part of a slice, as sums: it has the same size for ten thousand nodes as for fifty. It is the only source of the
 * status of the slice.
 */
export const linksBody = z.object({
  /** Nodes of the cluster that have published a tunnel and are in service. */
  nodes: count,
  /** Nodes that are being drained or removed; they are expected to be missing, and no sum counts their links. */
  outOfService: count.exactOptional(),
  /** A pod of the cluster is attached to the slice. */
  inUse: z.literal(true).exactOptional(),
  /** Links from the nodes in service by target cluster, including the cluster itself. */
  clusters: z.array(clusterLinks).max(maxReportedClusters),
  /** The worst links, at most {@link maxReportedLinks}. */
  worst: z.array(reportedLink).max(maxReportedLinks),
  /** Nodes that do not reach all others, the worst first; `impairedNodes` counts them. */
  impaired: z.array(reportedNode).max(maxReportedNodes),
  impairedNodes: count,
  /** Nodes without a tunnel or with an unreachable agent, with the reason; `missing` counts them. */
  missingNodes: z.array(missingNode).max(maxReportedNodes),
  missing: count,
  /** Exports that offer nothing, and exports that do not work as their owners request; `failing` counts them. */
  failingExports: z.array(failingExport).max(maxReportedExports).exactOptional(),
  failing: count.exactOptional(),
  /** Namespaces of the slice that do not exist in the cluster, at most {@link maxReportedNamespaces}. */
  absentNamespaces: z.array(absentNamespace).max(maxReportedNamespaces).exactOptional(),
  /** Why notices of other clusters are refused. */
  refused: z.array(line(1024)).max(maxReportedRefusals).exactOptional(),
  /** Which policies of the hub the nodes in service enforce; absent in a slice without policies. */
  access: reportedAccess.exactOptional(),
});

/** The report of a cluster about its part of a slice. */
export type LinksBody = Immutable<z.output<typeof linksBody>>;
/** One link in a report. */
export type ReportedLink = LinksBody['worst'][number];
/** Links to one cluster in a report. */
export type ClusterLinks = LinksBody['clusters'][number];
/** A node in a report that does not reach all others. */
export type ImpairedNode = LinksBody['impaired'][number];
/** An export in a report that does not offer what its owner requests, with the reason. */
export type FailingExport = NonNullable<LinksBody['failingExports']>[number];
/** A node in a report that does not take part in the slice. */
export type MissingNode = LinksBody['missingNodes'][number];

/** Which policies of the hub a cluster enforces, in a report. */
export type ReportedAccess = NonNullable<LinksBody['access']>;

/** The text as a report may carry it. */
export const reportLine = (text: string, max = 1024): string => toLine(text, max);
