import { type MetricKey, metricCatalogue } from './catalogue.ts';

/** An alert, declared once: rules, reference page and the test of the rules derive from it. */
export interface AlertDefinition {
  /** In CamelCase, with the project's name as prefix. */
  readonly name: string;
  /** In which clusters it is evaluated. */
  readonly side: 'hub' | 'member';
  /** `critical` when calls fail now, `warning` when they will fail or when a change does not arrive. */
  readonly severity: 'critical' | 'warning';
  /** True for each series with the problem. */
  readonly expr: string;
  /** How long it must be true before the alert fires, in Prometheus notation. */
  readonly for: string;
  /** One line; Prometheus fills in labels and value. */
  readonly summary: string;
  /** What it means for the callers of services. */
  readonly meaning: string;
  /** What to check, and what it shows. */
  readonly evidence: string;
  /** What to do, in order. */
  readonly remedies: readonly string[];
}

const m = (key: MetricKey): string => metricCatalogue[key].name;

/** The part of a selector that selects the targets of a side: a cluster may be hub and member at once. */
const targets = { hub: 'component="controller"', member: 'component!="controller"' } as const;

const targetDown = (side: 'hub' | 'member'): AlertDefinition => ({
  name: side === 'hub' ? 'KubeSliceControllerUnreadable' : 'KubeSliceTargetDown',
  side,
  severity: 'warning',
  expr: `up{job="kubeslice",${targets[side]}} == 0`,
  for: '5m',
  summary: 'The metrics of {{ $labels.component }} ({{ $labels.pod }}) cannot be read.',
  meaning:
    side === 'hub'
      ? 'A copy of the controller does not run, or Prometheus may not read it.'
      : 'The program does not run there, its node is off, or Prometheus may not read it. An unreachable agent stops no traffic of attached pods; new pods wait for it, and its node’s links are not measured.',
  evidence:
    'The error of the target in Prometheus (Status, Targets). 401: no token of this cluster. 403: the account may not get /metrics. No connection: the program or its node.',
  remedies: [
    'Check the pod: `kubectl get pods -A -l app.kubernetes.io/name=kubeslice -o wide`, then `kubectl logs` and `kubectl describe` of it.',
    'For 401 and 403 bind the account of Prometheus to the metrics reader role, see [roles](../roles.md).',
    'For no connection to agents only, let Prometheus reach TCP 9812 of the nodes.',
  ],
});

const mirrorStale = (side: 'hub' | 'member'): AlertDefinition => ({
  name: side === 'hub' ? 'KubeSliceControllerBlind' : 'KubeSliceProgramBlind',
  side,
  severity: 'warning',
  // The worker's mirrors of the hub have an alert of their own.
  expr: `max by (component, pod, mirror) (${m('mirrorStale')}{${targets[side]}${side === 'hub' ? '' : ',mirror!~"notices|memberships"'}}) == 1`,
  for: '10m',
  summary:
    '{{ $labels.component }} ({{ $labels.pod }}) has not seen {{ $labels.mirror }} change for 10 minutes: its API server does not answer.',
  meaning: 'The program continues with the last known state. It does not act on any change in the cluster.',
  evidence: `\`${m('mirrorFailures')}\` by code, and the log of the pod: refused (permissions, CustomResourceDefinitions) or not answered (network, API server).`,
  remedies: [
    'Check whether the API server answers others: `kubectl get --raw /readyz`.',
    'For Forbidden or NotFound install again: roles and CustomResourceDefinitions are part of the installation.',
  ],
});

const restarts = (side: 'hub' | 'member'): AlertDefinition => ({
  name: side === 'hub' ? 'KubeSliceControllerRestarts' : 'KubeSliceProgramRestarts',
  side,
  severity: 'warning',
  expr: `changes(process_start_time_seconds{job="kubeslice",${targets[side]}}[30m]) > 3`,
  for: '0m',
  summary: '{{ $labels.component }} ({{ $labels.pod }}) was started more than three times within half an hour.',
  meaning: 'The program ends repeatedly: memory, a probe that fails, or an error. Between restarts it works.',
  evidence: '`kubectl describe pod`: the last state of the container with its reason (OOMKilled, Error), and `kubectl logs --previous`.',
  remedies: ['For OOMKilled raise the memory limit in the values of the chart.', 'Otherwise report the last lines of the log.'],
});

/** Every alert. */
export const alertCatalogue: readonly AlertDefinition[] = [
  {
    name: 'KubeSliceControllerAbsent',
    side: 'hub',
    severity: 'critical',
    expr: `absent(${m('leading')}{lease="kubeslice-controller"} == 1)`,
    for: '2m',
    summary: 'No controller leads on the hub.',
    meaning: 'No cluster can join, no slice changes, and status on the hub is stale. Traffic and services continue.',
    evidence: '`kubectl -n kubeslice-controller get pods,lease` on the hub.',
    remedies: [
      'Pods that are Pending: nodes or quota. Pods that restart: their log.',
      'No pods: `kubectl -n kubeslice-controller get deployment kubeslice-controller`, and install again if it is gone.',
      'Pods that are Ready in spite of this alert: Prometheus does not read them; see KubeSliceControllerUnreadable.',
    ],
  },
  {
    name: 'KubeSliceSliceNotReady',
    side: 'hub',
    severity: 'critical',
    expr: `max by (project, slice) (${m('sliceReady')}) == 0`,
    for: '5m',
    summary: 'Slice {{ $labels.slice }} of project {{ $labels.project }} is not Ready.',
    meaning: 'Some clusters of the slice do not reach each other, or have not set up their part.',
    evidence:
      '`kubectl describe slice`: the condition Ready names the clusters and the reason; `kubeslice status` and `kubeslice links` show the same by node.',
    remedies: ['Follow the message of the condition.', 'For LinkDown see KubeSliceLinksDown in the named clusters.'],
  },
  {
    name: 'KubeSliceClusterDisconnected',
    side: 'hub',
    severity: 'warning',
    expr: `max by (project, cluster) (${m('clusterConnected')}) == 0`,
    for: '5m',
    summary: 'Cluster {{ $labels.cluster }} of project {{ $labels.project }} has no contact with the hub.',
    meaning: 'Changes of slices do not reach it. Its traffic continues, and services are updated through the tunnels.',
    evidence:
      '`kubectl describe cluster`: since when, and the last report. In the cluster: `kubectl -n kubeslice-system logs deployment/kubeslice-worker`.',
    remedies: [
      'Check whether the worker runs there.',
      'Check whether pods of that cluster reach the hub’s API server at the address that it joined with.',
      'A cluster that was created but never joined: join it, or delete the Cluster.',
    ],
  },
  targetDown('hub'),
  mirrorStale('hub'),
  restarts('hub'),
  {
    name: 'KubeSliceWorkerAbsent',
    side: 'member',
    severity: 'critical',
    expr: `absent(${m('leading')}{lease="kubeslice-worker"} == 1)`,
    for: '2m',
    summary: 'No worker leads in this cluster.',
    meaning:
      'This cluster does not receive changes of other clusters, and they do not receive its changes: clients are sent to pods that no longer exist. After a while others count this cluster as disconnected.',
    evidence: '`kubectl -n kubeslice-system get pods,lease`.',
    remedies: [
      'Pods that are Pending: nodes or quota. Pods that restart: their log.',
      'Scaled to zero: `kubectl -n kubeslice-system scale deployment kubeslice-worker --replicas=1`.',
      'A pod that is Ready in spite of this alert: Prometheus does not read it; see KubeSliceTargetDown.',
    ],
  },
  {
    name: 'KubeSliceDnsAbsent',
    side: 'member',
    severity: 'critical',
    expr: `absent(${m('dnsServices')})`,
    for: '2m',
    summary: 'No DNS server of KubeSlice runs in this cluster.',
    meaning: 'No name under slice.local resolves: every new call to another cluster fails.',
    evidence: '`kubectl -n kubeslice-system get pods -l app.kubernetes.io/component=dns`.',
    remedies: ['Pods that are Pending: nodes or quota. Pods that restart: their log.', 'Scaled to zero: scale it to two.'],
  },
  {
    name: 'KubeSliceHubAway',
    side: 'member',
    severity: 'warning',
    expr: `max(${m('hubAwaySeconds')}) > 120`,
    for: '1m',
    summary: 'This cluster has had no contact with the hub for {{ $value | humanizeDuration }}.',
    meaning: 'No slice changes here and no cluster can join. Traffic continues, and services are updated through the tunnels.',
    evidence:
      'Condition HubReachable of the slices in `kubeslice-system`, and the log of the worker: refused certificate, refused credential, or no answer.',
    remedies: [
      'Check from a pod of this cluster whether the hub’s API server answers.',
      'A hub that has moved: `kubeslice-hub-address`, see [limits](../limits.md).',
      'A cluster that has not joined yet: `kubeslice join`.',
    ],
  },
  {
    name: 'KubeSliceHubCredentialExpiring',
    side: 'member',
    severity: 'warning',
    expr: `min(${m('hubCredentialRemainingSeconds')}) < 0.15 * max(${m('hubCredentialLifetimeSeconds')})`,
    for: '2m',
    summary: 'The credential for the hub expires in {{ $value | humanizeDuration }} and was not renewed.',
    meaning:
      'It is renewed after four fifths of its lifetime. Once it has expired the worker proves the key of its cluster; if that fails too, the worker has no access to the hub.',
    evidence:
      'The log of the worker names the failed way of renewal and the error. `kubectl get cluster` on the hub: ClockSkew when the clocks differ.',
    remedies: [
      'With KubeSliceHubAway: resolve that first.',
      'Without: check on the hub whether the service account `kubeslice-worker-<cluster>` and its role exist; `kubeslice join` creates them again.',
    ],
  },
  {
    name: 'KubeSliceNodeCertificateExpiring',
    side: 'member',
    severity: 'warning',
    expr: `min by (node) (${m('nodeCertificateRemainingSeconds')}) < 10800`,
    for: '2m',
    summary: 'The certificate of node {{ $labels.node }} expires in {{ $value | humanizeDuration }} and was not renewed.',
    meaning:
      'It is renewed after half of its 12 hours. Once it has expired, the tunnels between this node and others that use mutual TLS close one after the other.',
    evidence: 'Condition Degraded of the SliceNode with the reason CertificateExpiring, and the log of the worker.',
    remedies: [
      'Check whether a worker runs and leads: `kubectl -n kubeslice-system get pods`.',
      'Condition StatementsVerified of this cluster: it names nodes that do not prove their key.',
      'A clock that was set: the certificate is issued again within five minutes once it is right.',
    ],
  },
  {
    name: 'KubeSliceMemberSliceNotReady',
    side: 'member',
    severity: 'critical',
    expr: `max by (slice) (${m('memberSliceReady')}) == 0`,
    for: '5m',
    summary: 'The part of this cluster in slice {{ $labels.slice }} does not work.',
    meaning: 'Nodes here have no tunnel, or do not reach another cluster.',
    evidence: '`kubectl -n kubeslice-system describe slice`: the condition Ready.',
    remedies: ['Follow the message of the condition.'],
  },
  {
    name: 'KubeSliceLinksDown',
    side: 'member',
    severity: 'warning',
    expr: `max by (slice, cluster) (${m('links')}{state="down"}) > 0`,
    for: '2m',
    summary: '{{ $value }} links of slice {{ $labels.slice }} to cluster {{ $labels.cluster }} carry no packets.',
    meaning:
      'Pods on some nodes do not reach pods on some nodes of that cluster. Their endpoints are withheld from the names that clients ask for here.',
    evidence: `\`kubeslice links\`, \`${m('nodeLinks')}\` by node, \`${m('nodeHandshakeAgeSeconds')}\`: a recent handshake on a link that is down means that packets are lost inside the tunnel (MTU, firewall on the slice), an old one that UDP does not arrive.`,
    remedies: [
      'All links of one node: that node, or its agent.',
      'All links to one cluster: firewall or route for UDP 51820 to 51899 between the nodes of both.',
      'A node that was powered off: its links end when its Node object is deleted.',
    ],
  },
  {
    name: 'KubeSliceClusterUnreachable',
    side: 'member',
    severity: 'critical',
    expr: `max by (slice, cluster) (${m('links')}{state="up"}) == 0 and max by (slice, cluster) (${m('links')}{state="down"}) > 0`,
    for: '1m',
    summary: 'No node here reaches cluster {{ $labels.cluster }} in slice {{ $labels.slice }}.',
    meaning: 'Every call to pods of that cluster fails; services that other clusters also offer use only those.',
    evidence: 'As for KubeSliceLinksDown.',
    remedies: [
      'Firewall or route for UDP 51820 to 51899 between the nodes of both clusters.',
      'The agents of either cluster: `kubectl -n kubeslice-system get pods -o wide`.',
    ],
  },
  {
    name: 'KubeSliceExportWithoutEndpoints',
    side: 'member',
    severity: 'warning',
    expr: `max by (slice, service_namespace, service) (${m('exportEndpoints')}) == 0`,
    for: '5m',
    summary: 'Export {{ $labels.service_namespace }}/{{ $labels.service }} of slice {{ $labels.slice }} offers no endpoint.',
    meaning: 'Calls go to the other clusters that export the service, and fail if there is none.',
    evidence:
      '`kubectl describe serviceexport.networking.kubeslice.io`: the condition Ready shows whether pods match the selector, are attached and are Ready.',
    remedies: [
      'Follow the message of the condition: start pods, correct the selector, or add the namespace to the slice.',
      'An export that is not needed: delete it.',
    ],
  },
  {
    name: 'KubeSliceImportWithoutEndpoints',
    side: 'member',
    severity: 'critical',
    expr: `max by (slice, service_namespace, service) (${m('importEndpoints')}) == 0`,
    for: '5m',
    summary: 'Service {{ $labels.service }}.{{ $labels.service_namespace }}.svc.slice.local has no endpoint in any cluster.',
    meaning: 'Its name has no address: every call from this cluster fails.',
    evidence:
      '`kubectl describe serviceimport.networking.kubeslice.io`: endpoints by cluster, and those that are withheld because no node here reaches them.',
    remedies: [
      'With KubeSliceClusterUnreachable: resolve that first.',
      'Otherwise see KubeSliceExportWithoutEndpoints in the clusters that export it.',
    ],
  },
  {
    name: 'KubeSliceStatementsRefused',
    side: 'member',
    severity: 'warning',
    expr: `max by (slice, cluster) (${m('refusedStatements')}) > 0`,
    for: '2m',
    summary: '{{ $value }} statements of cluster {{ $labels.cluster }} in slice {{ $labels.slice }} are refused here.',
    meaning:
      'Their content is not used: nodes, endpoints or whole services of that cluster are missing here. Either the statements were altered, or the cluster was rebuilt under the same name.',
    evidence: 'Condition StatementsVerified of the slice in `kubeslice-system` names the statements and the reason of each refusal.',
    remedies: [
      'A cluster that was rebuilt under its name: `kubeslice trust list`, compare the fingerprint with its administrator, then `kubeslice trust accept`.',
      'An unexplained authority or signature: treat it as an attack on the hub, see [SECURITY](../../SECURITY.md).',
    ],
  },
  {
    name: 'KubeSliceBudgetNearlyUsed',
    side: 'member',
    severity: 'warning',
    expr: `max by (slice, cluster, budget) (${m('budgetUsed')}) / on (budget) group_left () max by (budget) (${m('budgetLimit')}) > 0.9`,
    for: '10m',
    summary:
      'Cluster {{ $labels.cluster }} uses {{ $value | humanizePercentage }} of its {{ $labels.budget }} in slice {{ $labels.slice }}.',
    meaning: 'Every receiver ignores what exceeds the limit.',
    evidence: `\`${m('budgetUsed')}\` and \`${m('budgetLimit')}\`; [limits](../limits.md).`,
    remedies: ['Divide the slice, or delete exports that no client calls.'],
  },
  {
    name: 'KubeSlicePodsNotAttached',
    side: 'member',
    severity: 'warning',
    expr: `max by (slice, node) (${m('nodePodFailures')}) > 0`,
    for: '5m',
    summary: '{{ $value }} pods of node {{ $labels.node }} are not attached to slice {{ $labels.slice }}.',
    meaning: 'They have no address in the slice: they can neither call others nor be called.',
    evidence: '`kubectl -n kubeslice-system get slicenodes -o yaml`: the condition PodsAttached names pods and reasons.',
    remedies: ['No addresses left: use a larger slice subnet.', 'A namespace that cannot be entered: restart the pod.'],
  },
  {
    name: 'KubeSliceDnsFailures',
    side: 'member',
    severity: 'warning',
    expr: `sum by (pod) (rate(${m('dnsResponses')}{code="SERVFAIL"}[5m])) > 0.1`,
    for: '5m',
    summary: 'DNS server {{ $labels.pod }} fails to answer {{ $value }} queries a second.',
    meaning: 'Clients receive errors instead of addresses.',
    evidence: `The log of the pod, and \`${m('dnsDropped')}\`.`,
    remedies: ['Restart the pod, and report the lines of its log.'],
  },
  targetDown('member'),
  mirrorStale('member'),
  restarts('member'),
];
