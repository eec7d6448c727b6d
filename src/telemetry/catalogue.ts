import { linkVerdicts } from '../values/link-verdict.ts';

/** What is said about a metric before it is ever measured. Names end in their unit (`_seconds`, `_bytes`) or, for counters, in `_total`. */
export type MetricDefinition = {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in its unit. @default see `secondsBuckets` */
  readonly buckets?: readonly number[];
};

/** Every metric that any program of KubeSlice exports, declared once; the key is how code names it. */
export const metricCatalogue = {
  apiRequests: {
    type: 'counter',
    name: 'kubeslice_api_requests_total',
    help: 'Requests to Kubernetes API servers by server (hub or member), HTTP method and status; status 0 means that no answer came.',
    labels: ['server', 'method', 'status'],
  },
  apiRequestSeconds: {
    type: 'histogram',
    name: 'kubeslice_api_request_seconds',
    help: 'Time from the start of a request to a Kubernetes API server until the headers of its answer.',
    labels: ['server', 'method'],
  },
  mirrorObjects: {
    type: 'gauge',
    name: 'kubeslice_mirror_objects',
    help: 'Objects held by the mirror of a kind.',
    labels: ['mirror'],
  },
  mirrorEvents: {
    type: 'counter',
    name: 'kubeslice_mirror_events_total',
    help: 'Changes seen by a mirror, by type (added, updated, deleted).',
    labels: ['mirror', 'type'],
  },
  mirrorLists: {
    type: 'counter',
    name: 'kubeslice_mirror_lists_total',
    help: 'Times a mirror had to list everything: at start, and when the server had dropped the version it knew.',
    labels: ['mirror'],
  },
  mirrorFailures: {
    type: 'counter',
    name: 'kubeslice_mirror_failures_total',
    help: 'Lists and watches of a mirror that failed, by failure code.',
    labels: ['mirror', 'code'],
  },
  mirrorStale: {
    type: 'gauge',
    name: 'kubeslice_mirror_stale',
    help: '1 while a mirror is out of touch with its API server and serves what it saw last, 0 otherwise.',
    labels: ['mirror'],
  },
  reconciles: {
    type: 'counter',
    name: 'kubeslice_reconciles_total',
    help: 'Runs of a controller by outcome: ok, conflict (again at once), later (again with backoff), terminal (again when something changes, or after ten minutes).',
    labels: ['controller', 'outcome'],
  },
  reconcileSeconds: {
    type: 'histogram',
    name: 'kubeslice_reconcile_seconds',
    help: 'Time that one run of a controller takes.',
    labels: ['controller'],
  },
  queueWaitSeconds: {
    type: 'histogram',
    name: 'kubeslice_queue_wait_seconds',
    help: 'Time from a key being ready until a run of the controller starts on it.',
    labels: ['controller', 'priority'],
  },
  queueDepth: {
    type: 'gauge',
    name: 'kubeslice_queue_depth',
    help: 'Keys that wait in a controller: ready, delayed or running.',
    labels: ['controller', 'state'],
  },
  leading: {
    type: 'gauge',
    name: 'kubeslice_leading',
    help: '1 in the replica that holds the lease, 0 in the others.',
    labels: ['lease'],
  },
  dnsResponses: {
    type: 'counter',
    name: 'kubeslice_dns_responses_total',
    help: 'DNS responses by transport (udp, tcp), query type (other for the rare ones) and response code.',
    labels: ['transport', 'type', 'code'],
  },
  dnsTruncated: {
    type: 'counter',
    name: 'kubeslice_dns_truncated_total',
    help: 'DNS responses that did not hold everything and told the asker to come again over TCP.',
    labels: ['transport'],
  },
  dnsDropped: {
    type: 'counter',
    name: 'kubeslice_dns_dropped_total',
    help: 'DNS messages and connections that got no answer, by reason.',
    labels: ['transport', 'reason'],
  },
  dnsConnections: {
    type: 'gauge',
    name: 'kubeslice_dns_connections',
    help: 'Open TCP connections of the DNS server.',
    labels: [],
  },
  dnsServices: {
    type: 'gauge',
    name: 'kubeslice_dns_services',
    help: 'Services that have a name.',
    labels: [],
  },
  dnsWithdrawnNodes: {
    type: 'gauge',
    name: 'kubeslice_dns_withdrawn_nodes',
    help: 'Nodes whose endpoints are not given out, because no node of this cluster reaches them.',
    labels: [],
  },
  nodePods: {
    type: 'gauge',
    name: 'kubeslice_node_pods',
    help: 'Pods of this node that are attached to a slice.',
    labels: ['slice'],
  },
  nodeLinks: {
    type: 'gauge',
    name: 'kubeslice_node_links',
    help: `Links of this node to other nodes of a slice by state: ${linkVerdicts.join(', ')}.`,
    labels: ['slice', 'state'],
  },
  nodeLinkRttSeconds: {
    type: 'gauge',
    name: 'kubeslice_node_link_rtt_seconds',
    help: 'Longest of the smoothed round-trip times from this node to the nodes of a cluster that it reaches, through the tunnel.',
    labels: ['slice', 'cluster'],
  },
  kernelChanges: {
    type: 'counter',
    name: 'kubeslice_kernel_changes_total',
    help: 'Changes that the agent made to the kernel of its node, repairs included; on a quiet node it stands still.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** How code names a metric. */
export type MetricKey = keyof typeof metricCatalogue;

/** Upper bounds in seconds of histograms that name none: from 1 ms to 1 minute. */
export const secondsBuckets: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
