import { stringify } from 'yaml';
import { hubNamespace, memberNamespace } from '../../src/api/places.ts';

/** How the targets of Prometheus are labelled: the rules and the dashboard rely on `job`, `component` and `node`. */
const relabeling = [
  { from: '__meta_kubernetes_namespace', to: 'namespace' },
  { from: '__meta_kubernetes_pod_name', to: 'pod' },
  { from: '__meta_kubernetes_pod_node_name', to: 'node' },
  { from: '__meta_kubernetes_pod_label_app_kubernetes_io_component', to: 'component' },
] as const;

/** The same as relabelings of a PodMonitor, which says `job` otherwise. */
export const podMonitorRelabelings = [
  { targetLabel: 'job', replacement: 'kubeslice' },
  ...relabeling.filter(({ to }) => to === 'node' || to === 'component').map(({ from, to }) => ({ sourceLabels: [from], targetLabel: to })),
];

/** A part of prometheus.yml that finds and reads the programs of KubeSlice, for a Prometheus that runs in the cluster. */
export const scrapeFile = (): string =>
  stringify(
    {
      scrape_configs: [
        {
          job_name: 'kubeslice',
          scheme: 'https',
          authorization: { credentials_file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
          tls_config: { insecure_skip_verify: true },
          kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [hubNamespace, memberNamespace] } }],
          relabel_configs: [
            {
              source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_name', '__meta_kubernetes_pod_container_port_name'],
              regex: 'kubeslice;metrics',
              action: 'keep',
            },
            // A pod that has ended is no target that is down.
            { source_labels: ['__meta_kubernetes_pod_phase'], regex: 'Succeeded|Failed', action: 'drop' },
            ...relabeling.map(({ from, to }) => ({ source_labels: [from], target_label: to })),
          ],
        },
      ],
    },
    { lineWidth: 0 },
  );
