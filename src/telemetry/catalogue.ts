import { linkVerdicts } from '../values/link-verdict.ts';

/** Programs that export metrics. */
export const measuredPrograms = ['controller', 'worker', 'agent', 'dns'] as const;

/** One of the programs that export metrics. */
export type MeasuredProgram = (typeof measuredPrograms)[number];

/** The definition of a metric. Names end in their unit (`_seconds`, `_bytes`) or, for counters, in `_total`. */
export type MetricDefinition = {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** The programs that export it. */
  readonly programs: readonly MeasuredProgram[];
  /** Upper bounds of a histogram, in its unit. @default see `secondsBuckets` */
  readonly buckets?: readonly number[];
};

const everyProgram = measuredPrograms;
const elected = ['controller', 'worker'] as const;
const reconciling = ['controller', 'worker', 'agent'] as const;

/** Every metric that any program of KubeSlice exports, declared once; the key is its name in code. */
export const metricCatalogue = {
  apiRequests: {
    type: 'counter',
    name: 'kubeslice_api_requests_total',
    help: 'Requests to Kubernetes API servers by server (hub or member), HTTP method and status; status 0 means no answer.',
    labels: ['server', 'method', 'status'],
    programs: everyProgram,
  },
  apiRequestSeconds: {
    type: 'histogram',
    name: 'kubeslice_api_request_seconds',
    help: 'Time from the start of a request to a Kubernetes API server until the headers of its answer.',
    labels: ['server', 'method'],
    programs: everyProgram,
  },
  mirrorObjects: {
    type: 'gauge',
    name: 'kubeslice_mirror_objects',
    help: 'Objects in the mirror of a kind.',
    labels: ['mirror'],
    programs: everyProgram,
  },
  mirrorEvents: {
    type: 'counter',
    name: 'kubeslice_mirror_events_total',
    help: 'Changes received by a mirror, by type (added, updated, deleted).',
    labels: ['mirror', 'type'],
    programs: everyProgram,
  },
  mirrorLists: {
    type: 'counter',
    name: 'kubeslice_mirror_lists_total',
    help: 'Full lists of a mirror: at start, and when the server no longer had its version.',
    labels: ['mirror'],
    programs: everyProgram,
  },
  mirrorFailures: {
    type: 'counter',
    name: 'kubeslice_mirror_failures_total',
    help: 'Lists and watches of a mirror that failed, by failure code.',
    labels: ['mirror', 'code'],
    programs: everyProgram,
  },
  mirrorStale: {
    type: 'gauge',
    name: 'kubeslice_mirror_stale',
    help: '1 while a mirror has no contact with its API server and returns the last known objects, 0 otherwise.',
    labels: ['mirror'],
    programs: everyProgram,
  },
  reconciles: {
    type: 'counter',
    name: 'kubeslice_reconciles_total',
    help: 'Runs of a controller by outcome: ok, conflict (again at once), later (again with backoff), terminal (again when something changes, or after ten minutes).',
    labels: ['controller', 'outcome'],
    programs: reconciling,
  },
  reconcileSeconds: {
    type: 'histogram',
    name: 'kubeslice_reconcile_seconds',
    help: 'Duration of one run of a controller.',
    labels: ['controller'],
    programs: reconciling,
  },
  queueWaitSeconds: {
    type: 'histogram',
    name: 'kubeslice_queue_wait_seconds',
    help: 'Time from a key becoming ready until its run starts.',
    labels: ['controller', 'priority'],
    programs: reconciling,
  },
  queueDepth: {
    type: 'gauge',
    name: 'kubeslice_queue_depth',
    help: 'Keys in a controller by state: ready, delayed or running.',
    labels: ['controller', 'state'],
    programs: reconciling,
  },
  leading: {
    type: 'gauge',
    name: 'kubeslice_leading',
    help: '1 in the replica that holds the lease, 0 in the others.',
    labels: ['lease'],
    programs: elected,
  },
  dnsResponses: {
    type: 'counter',
    name: 'kubeslice_dns_responses_total',
    help: 'DNS responses by transport (udp, tcp), query type (other for the rare ones) and response code.',
    labels: ['transport', 'type', 'code'],
    programs: ['dns'],
  },
  dnsTruncated: {
    type: 'counter',
    name: 'kubeslice_dns_truncated_total',
    help: 'Truncated DNS responses, after which the client repeats its query over TCP.',
    labels: ['transport'],
    programs: ['dns'],
  },
  dnsDropped: {
    type: 'counter',
    name: 'kubeslice_dns_dropped_total',
    help: 'DNS messages and connections without an answer, by reason.',
    labels: ['transport', 'reason'],
    programs: ['dns'],
  },
  dnsConnections: {
    type: 'gauge',
    name: 'kubeslice_dns_connections',
    help: 'Open TCP connections of the DNS server.',
    labels: [],
    programs: ['dns'],
  },
  dnsServices: {
    type: 'gauge',
    name: 'kubeslice_dns_services',
    help: 'Services that have a name.',
    labels: [],
    programs: ['dns'],
  },
  dnsWithdrawnNodes: {
    type: 'gauge',
    name: 'kubeslice_dns_withdrawn_nodes',
    help: 'Nodes whose endpoints are withheld from DNS answers, because no node of this cluster reaches them.',
    labels: [],
    programs: ['dns'],
  },
  nodePods: {
    type: 'gauge',
    name: 'kubeslice_node_pods',
    help: 'Pods of this node that are attached to a slice.',
    labels: ['slice'],
    programs: ['agent'],
  },
  nodeLinks: {
    type: 'gauge',
    name: 'kubeslice_node_links',
    help: `Links of this node to other nodes of a slice by state: ${linkVerdicts.join(', ')}.`,
    labels: ['slice', 'state'],
    programs: ['agent'],
  },
  nodeLinkRttSeconds: {
    type: 'gauge',
    name: 'kubeslice_node_link_rtt_seconds',
    help: 'Longest smoothed round-trip time from this node through the tunnel to the reachable nodes of a cluster.',
    labels: ['slice', 'cluster'],
    programs: ['agent'],
  },
  kernelChanges: {
    type: 'counter',
    name: 'kubeslice_kernel_changes_total',
    help: 'Changes by the agent to the kernel of its node, repairs included; constant on an idle node.',
    labels: [],
    programs: ['agent'],
  },
  buildInfo: {
    type: 'gauge',
    name: 'kubeslice_build_info',
    help: 'Always 1; the labels hold the program, its version and the version of Node.js.',
    labels: ['program', 'version', 'nodejs'],
    programs: everyProgram,
  },
  scrapes: {
    type: 'counter',
    name: 'kubeslice_scrapes_total',
    help: 'Requests for these metrics by verdict: ok, anonymous (no token or an unknown one), forbidden (no permission to get /metrics), busy (too many unknown tokens), unavailable (the API server did not answer).',
    labels: ['verdict'],
    programs: everyProgram,
  },
  sliceReady: {
    type: 'gauge',
    name: 'kubeslice_slice_ready',
    help: '1 for a slice of the hub whose condition Ready is True, 0 otherwise.',
    labels: ['project', 'slice'],
    programs: ['controller'],
  },
  sliceClusters: {
    type: 'gauge',
    name: 'kubeslice_slice_clusters',
    help: 'Member clusters of a slice by state: ready (they have tunnels and reach every other cluster), notready.',
    labels: ['project', 'slice', 'state'],
    programs: ['controller'],
  },
  clusterConnected: {
    type: 'gauge',
    name: 'kubeslice_cluster_connected',
    help: '1 for a cluster whose worker is in contact with the hub (condition Ready), 0 otherwise.',
    labels: ['project', 'cluster'],
    programs: ['controller'],
  },
  memberSliceReady: {
    type: 'gauge',
    name: 'kubeslice_member_slice_ready',
    help: '1 for a slice whose part in this cluster works (condition Ready of the Slice here), 0 otherwise.',
    labels: ['slice'],
    programs: ['worker'],
  },
  links: {
    type: 'gauge',
    name: 'kubeslice_links',
    help: 'Links from nodes of this cluster to nodes of another one, by state: up, down.',
    labels: ['slice', 'cluster', 'state'],
    programs: ['worker'],
  },
  exportReady: {
    type: 'gauge',
    name: 'kubeslice_export_ready',
    help: '1 for a ServiceExport whose status is READY, 0 otherwise.',
    labels: ['slice', 'service_namespace', 'service'],
    programs: ['worker'],
  },
  exportEndpoints: {
    type: 'gauge',
    name: 'kubeslice_export_ready_endpoints',
    help: 'Pods behind a ServiceExport of this cluster that are attached and Ready.',
    labels: ['slice', 'service_namespace', 'service'],
    programs: ['worker'],
  },
  importEndpoints: {
    type: 'gauge',
    name: 'kubeslice_import_ready_endpoints',
    help: 'Ready endpoints of an imported service in all clusters, as known to this cluster.',
    labels: ['slice', 'service_namespace', 'service'],
    programs: ['worker'],
  },
  refusedStatements: {
    type: 'gauge',
    name: 'kubeslice_refused_statements',
    help: 'Statements of another cluster that are refused now, for longer than 2 s, by their author.',
    labels: ['slice', 'cluster'],
    programs: ['worker'],
  },
  statementRefusals: {
    type: 'counter',
    name: 'kubeslice_statement_refusals_total',
    help: 'Refusals of statements of another cluster, by author; repeated refusals for the same reason count once.',
    labels: ['slice', 'cluster'],
    programs: ['worker'],
  },
  hubAwaySeconds: {
    type: 'gauge',
    name: 'kubeslice_hub_away_seconds',
    help: 'Seconds since contact with the hub was lost, or since this worker leads if there was none yet; 0 while there is contact.',
    labels: [],
    programs: ['worker'],
  },
  hubCredentialRemainingSeconds: {
    type: 'gauge',
    name: 'kubeslice_hub_credential_remaining_seconds',
    help: 'Seconds until the credential for the hub expires, by the clock of this node; 0 when it has expired.',
    labels: [],
    programs: ['worker'],
  },
  hubCredentialLifetimeSeconds: {
    type: 'gauge',
    name: 'kubeslice_hub_credential_lifetime_seconds',
    help: 'Lifetime of the credential for the hub in seconds. It is renewed after four fifths of it.',
    labels: [],
    programs: ['worker'],
  },
  budgetUsed: {
    type: 'gauge',
    name: 'kubeslice_budget_used',
    help: 'Usage of the budgets of a member in a slice: statements in force about nodes, exports and shards.',
    labels: ['slice', 'cluster', 'budget'],
    programs: ['worker'],
  },
  budgetLimit: {
    type: 'gauge',
    name: 'kubeslice_budget_limit',
    help: 'Limit of a member in a slice, by budget.',
    labels: ['budget'],
    programs: ['worker'],
  },
  nodeDeniedPackets: {
    type: 'counter',
    name: 'kubeslice_node_denied_packets_total',
    help: 'Packets of pods of this node, or to them, that access policies denied.',
    labels: ['slice'],
    programs: ['agent'],
  },
  nodeCertificateRemainingSeconds: {
    type: 'gauge',
    name: 'kubeslice_node_certificate_remaining_seconds',
    help: 'Seconds until the certificate of this node expires, by its clock, on nodes that use mutual TLS under the tunnels; 0 when it has expired. It is renewed after half of 12 hours.',
    labels: ['slice'],
    programs: ['agent'],
  },
  nodePodFailures: {
    type: 'gauge',
    name: 'kubeslice_node_pod_failures',
    help: 'Pods of this node that belong to a slice and are not attached to it.',
    labels: ['slice'],
    programs: ['agent'],
  },
  nodeHandshakeAgeSeconds: {
    type: 'gauge',
    name: 'kubeslice_node_handshake_age_seconds',
    help: 'Longest time since a completed WireGuard handshake between this node and the nodes of a cluster; peers without one do not count.',
    labels: ['slice', 'cluster'],
    programs: ['agent'],
  },
  nodePeersWithoutHandshake: {
    type: 'gauge',
    name: 'kubeslice_node_peers_without_handshake',
    help: 'Nodes of a cluster with which this node has not completed a WireGuard handshake yet.',
    labels: ['slice', 'cluster'],
    programs: ['agent'],
  },
  nodeReceivedBytes: {
    type: 'counter',
    name: 'kubeslice_node_tunnel_received_bytes_total',
    help: 'Bytes that this node received through the tunnels of a slice, as WireGuard counts them.',
    labels: ['slice'],
    programs: ['agent'],
  },
  nodeSentBytes: {
    type: 'counter',
    name: 'kubeslice_node_tunnel_sent_bytes_total',
    help: 'Bytes that this node sent through the tunnels of a slice, as WireGuard counts them.',
    labels: ['slice'],
    programs: ['agent'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric in code. */
export type MetricKey = keyof typeof metricCatalogue;

/** The default upper bounds of histograms in seconds: from 1 ms to 1 minute. */
export const secondsBuckets: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
