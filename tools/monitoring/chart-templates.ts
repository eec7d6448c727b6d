import { stringify } from 'yaml';
import type { Side } from '../../src/install/crds.ts';
import { metadata } from '../../src/install/metadata.ts';
import { planReader } from '../../src/install/rights/metrics-reader.ts';
import { alertsPagePath } from './rules.ts';
import { podMonitorRelabelings } from './scrape.ts';

const namespaceOf = '{{ .Release.Namespace }}';
const sides: readonly Side[] = ['hub', 'member'];

/** Names end in the mode, for a cluster may be hub and member at once. */
const meta = (labels: string): string => {
  const { labels: own } = metadata('');
  const lines = Object.entries(own ?? {}).map(([key, value]) => `    ${key}: ${value}`);
  return `metadata:\n  name: kubeslice-{{ .Values.mode }}\n  namespace: ${namespaceOf}\n  labels:\n${lines.join('\n')}\n${labels}`;
};
const operatorLabels = '    {{- with .Values.monitoring.labels }}{{ toYaml . | nindent 4 }}{{- end }}\n';

/** Refuses with what to do where the operator is not there: the kinds are its own. */
const needsOperator = (value: string, kind: string): string =>
  `{{- if not (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/${kind}") }}
{{- fail "monitoring.${value} needs the kind ${kind} of the Prometheus operator, which this cluster does not have: install the operator first, or leave it off and use the files in the chart's folder monitoring. For helm template add --api-versions monitoring.coreos.com/v1/${kind}." }}
{{- end }}
`;

const podMonitor = (): string => {
  const spec = {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'kubeslice' } },
    podMetricsEndpoints: [
      {
        port: 'metrics',
        scheme: 'https',
        path: '/metrics',
        interval: '{{ .Values.monitoring.interval }}',
        // Each program makes its own certificate; the token is good for reading metrics and nothing else.
        tlsConfig: { insecureSkipVerify: true },
        authorization: { credentials: { name: 'kubeslice-{{ .Values.mode }}-metrics-reader', key: 'token' } },
        relabelings: podMonitorRelabelings,
      },
    ],
  };
  const reader = sides.map(
    (side) =>
      `{{- if eq .Values.mode "${side}" }}\n${planReader(side)
        .map((object) => `---\n${stringify(object, { singleQuote: true, lineWidth: 0 })}`)
        .join('')}{{- end }}\n`,
  );
  return `{{- if .Values.monitoring.podMonitor }}
${needsOperator('podMonitor', 'PodMonitor')}apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
${meta(operatorLabels)}${stringify({ spec }, { singleQuote: true, lineWidth: 0 })}${reader.join('')}{{- end }}
`;
};

const rules = (): string => `{{- if .Values.monitoring.rules }}
${needsOperator('rules', 'PrometheusRule')}apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
${meta(operatorLabels)}spec:
{{ .Files.Get (printf "monitoring/rules-%s.yaml" .Values.mode) | replace "${alertsPagePath}" .Values.monitoring.runbookUrl | indent 2 }}
{{- end }}
`;

const dashboard = (): string => `{{- if .Values.monitoring.dashboard }}
apiVersion: v1
kind: ConfigMap
${meta(`    grafana_dashboard: "1"\n`).replace('name: kubeslice-', 'name: kubeslice-dashboard-')}data:
  kubeslice.json: |
{{ .Files.Get "monitoring/dashboard.json" | indent 4 }}
{{- end }}
`;

/** The templates of the chart that are about monitoring, by file name; all are off until a value says otherwise. */
export const monitoringTemplates = (): ReadonlyMap<string, string> =>
  new Map([
    ['monitoring-scrape.yaml', podMonitor()],
    ['monitoring-rules.yaml', rules()],
    ['monitoring-dashboard.yaml', dashboard()],
  ]);
