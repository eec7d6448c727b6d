/** A series with its value when all is well and when it is not; `gone` is a series that is not there. */
export interface AlertSeries {
  readonly series: string;
  readonly well: number | 'gone';
  readonly wrong: number | 'gone';
  /** Whether the values are what a counter grows by in each minute. */
  readonly each?: true;
}

/** One way in which an alert must fire and end. */
export interface AlertCase {
  readonly alert: string;
  readonly series: readonly AlertSeries[];
  /** Labels of the alert beside its name and severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** What `$value` says in the summary, if it is there. */
  readonly value?: string;
}

const from = (component: string): string => `job="kubeslice",component="${component}",pod="${component}-1",node="n1"`;
const service = 'slice="blue",service_namespace="app",service="web"';
const serviceLabels = { slice: 'blue', service_namespace: 'app', service: 'web' };
const toEast = { slice: 'blue', cluster: 'east' };

/** At least one for each alert. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: 'KubeSliceControllerAbsent',
    series: [{ series: `kubeslice_leading{lease="kubeslice-controller",${from('controller')}}`, well: 1, wrong: 0 }],
    labels: {},
  },
  {
    alert: 'KubeSliceControllerAbsent',
    series: [{ series: `kubeslice_leading{lease="kubeslice-controller",${from('controller')}}`, well: 1, wrong: 'gone' }],
    labels: {},
  },
  {
    alert: 'KubeSliceSliceNotReady',
    series: [
      { series: `kubeslice_slice_ready{project="default",slice="blue",${from('controller')}}`, well: 1, wrong: 0 },
      { series: `kubeslice_slice_ready{project="default",slice="red",${from('controller')}}`, well: 1, wrong: 1 },
    ],
    labels: { project: 'default', slice: 'blue' },
  },
  {
    alert: 'KubeSliceClusterDisconnected',
    series: [{ series: `kubeslice_cluster_connected{project="default",cluster="east",${from('controller')}}`, well: 1, wrong: 0 }],
    labels: { project: 'default', cluster: 'east' },
  },
  {
    alert: 'KubeSliceControllerUnreadable',
    series: [
      { series: `up{${from('controller')}}`, well: 1, wrong: 0 },
      { series: `up{${from('agent')}}`, well: 1, wrong: 1 },
    ],
    labels: { job: 'kubeslice', component: 'controller', pod: 'controller-1', node: 'n1' },
  },
  {
    alert: 'KubeSliceControllerBlind',
    series: [{ series: `kubeslice_mirror_stale{mirror="slices",${from('controller')}}`, well: 0, wrong: 1 }],
    labels: { component: 'controller', pod: 'controller-1', mirror: 'slices' },
  },
  {
    alert: 'KubeSliceWorkerAbsent',
    series: [{ series: `kubeslice_leading{lease="kubeslice-worker",${from('worker')}}`, well: 1, wrong: 'gone' }],
    labels: {},
  },
  {
    alert: 'KubeSliceDnsAbsent',
    series: [{ series: `kubeslice_dns_services{${from('dns')}}`, well: 3, wrong: 'gone' }],
    labels: {},
  },
  {
    alert: 'KubeSliceHubAway',
    series: [{ series: `kubeslice_hub_away_seconds{${from('worker')}}`, well: 0, wrong: 600 }],
    labels: {},
    value: '10m 0s',
  },
  {
    alert: 'KubeSliceHubCredentialExpiring',
    series: [
      { series: `kubeslice_hub_credential_remaining_seconds{${from('worker')}}`, well: 720, wrong: 300 },
      { series: `kubeslice_hub_credential_lifetime_seconds{${from('worker')}}`, well: 3_600, wrong: 3_600 },
    ],
    labels: {},
    value: '5m 0s',
  },
  {
    alert: 'KubeSliceNodeCertificateExpiring',
    series: [{ series: `kubeslice_node_certificate_remaining_seconds{slice="blue",${from('agent')}}`, well: 21_600, wrong: 3_600 }],
    labels: { node: 'n1' },
    value: '1h 0m 0s',
  },
  {
    alert: 'KubeSliceMemberSliceNotReady',
    series: [{ series: `kubeslice_member_slice_ready{slice="blue",${from('worker')}}`, well: 1, wrong: 0 }],
    labels: { slice: 'blue' },
  },
  {
    alert: 'KubeSliceLinksDown',
    series: [
      { series: `kubeslice_links{slice="blue",cluster="east",state="up",${from('worker')}}`, well: 4, wrong: 3 },
      { series: `kubeslice_links{slice="blue",cluster="east",state="down",${from('worker')}}`, well: 0, wrong: 1 },
    ],
    labels: toEast,
    value: '1',
  },
  {
    alert: 'KubeSliceClusterUnreachable',
    series: [
      { series: `kubeslice_links{slice="blue",cluster="east",state="up",${from('worker')}}`, well: 4, wrong: 0 },
      { series: `kubeslice_links{slice="blue",cluster="east",state="down",${from('worker')}}`, well: 0, wrong: 4 },
      // A cluster that has no nodes in the slice yet has nothing that could be down.
      { series: `kubeslice_links{slice="blue",cluster="new",state="up",${from('worker')}}`, well: 0, wrong: 0 },
      { series: `kubeslice_links{slice="blue",cluster="new",state="down",${from('worker')}}`, well: 0, wrong: 0 },
    ],
    labels: toEast,
  },
  {
    alert: 'KubeSliceExportWithoutEndpoints',
    series: [{ series: `kubeslice_export_ready_endpoints{${service},${from('worker')}}`, well: 2, wrong: 0 }],
    labels: serviceLabels,
  },
  {
    alert: 'KubeSliceImportWithoutEndpoints',
    series: [{ series: `kubeslice_import_ready_endpoints{${service},${from('worker')}}`, well: 2, wrong: 0 }],
    labels: serviceLabels,
  },
  {
    alert: 'KubeSliceStatementsRefused',
    series: [
      { series: `kubeslice_refused_statements{slice="blue",cluster="east",${from('worker')}}`, well: 0, wrong: 2 },
      { series: `kubeslice_refused_statements{slice="blue",cluster="west",${from('worker')}}`, well: 0, wrong: 0 },
    ],
    labels: toEast,
    value: '2',
  },
  {
    alert: 'KubeSliceBudgetNearlyUsed',
    series: [
      { series: `kubeslice_budget_used{slice="blue",cluster="east",budget="exports",${from('worker')}}`, well: 900, wrong: 901 },
      { series: `kubeslice_budget_limit{budget="exports",${from('worker')}}`, well: 1_000, wrong: 1_000 },
    ],
    labels: { ...toEast, budget: 'exports' },
    value: '90.1%',
  },
  {
    alert: 'KubeSlicePodsNotAttached',
    series: [{ series: `kubeslice_node_pod_failures{slice="blue",${from('agent')}}`, well: 0, wrong: 3 }],
    labels: { slice: 'blue', node: 'n1' },
    value: '3',
  },
  {
    alert: 'KubeSliceTargetDown',
    series: [
      { series: `up{${from('agent')}}`, well: 1, wrong: 0 },
      { series: `up{${from('controller')}}`, well: 1, wrong: 1 },
    ],
    labels: { job: 'kubeslice', component: 'agent', pod: 'agent-1', node: 'n1' },
  },
  {
    alert: 'KubeSliceProgramBlind',
    series: [
      { series: `kubeslice_mirror_stale{mirror="pods",${from('agent')}}`, well: 0, wrong: 1 },
      // That the hub is away is an alert of its own.
      { series: `kubeslice_mirror_stale{mirror="notices",${from('worker')}}`, well: 0, wrong: 1 },
    ],
    labels: { component: 'agent', pod: 'agent-1', mirror: 'pods' },
  },
  {
    alert: 'KubeSliceDnsFailures',
    series: [
      { series: `kubeslice_dns_responses_total{transport="udp",type="A",code="SERVFAIL",${from('dns')}}`, well: 0, wrong: 60, each: true },
    ],
    labels: { pod: 'dns-1' },
    value: '1',
  },
];
