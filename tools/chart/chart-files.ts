import { stringify } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { hubNamespace, memberNamespace } from '../../src/api/places.ts';
import { planCrds, stamped } from '../../src/install/crds.ts';
import { monitoringTemplates } from '../monitoring/chart-templates.ts';
import { dashboardFile } from '../monitoring/dashboard.ts';
import { rulesFile } from '../monitoring/rules.ts';
import { scrapeFile } from '../monitoring/scrape.ts';
import { hookTemplates, templatesOf } from './templates.ts';
import { valuesSchema, valuesYaml } from './values.ts';

const generated = '# Made by tools/generate.ts from src/install; change it there and run npm run generate.\n';

const chartYaml = (): string =>
  generated +
  stringify({
    apiVersion: 'v2',
    name: 'kubeslice',
    description: packageJson.description,
    type: 'application',
    version: packageJson.version,
    appVersion: packageJson.version,
    kubeVersion: '>=1.30.0-0',
    keywords: ['kubernetes', 'multicluster', 'network', 'wireguard'],
  });

const helpers = `{{- define "kubeslice.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- $namespace := ternary "${hubNamespace}" "${memberNamespace}" (eq .Values.mode "hub") }}
{{- if ne .Release.Namespace $namespace }}
{{- fail (printf "mode %s is installed in namespace %s: add --namespace %s --create-namespace" .Values.mode $namespace $namespace) }}
{{- end }}
`;

const notes = `{{- if eq .Values.mode "hub" -}}
The KubeSlice controller is installed. Join a cluster:

  kubeslice join NAME --hub-context HUB --context CONTEXT
{{- else -}}
Worker, agents and DNS are installed and wait for a credential. Register this cluster:

  on the hub:  kubeslice token create NAME
  here:        kubeslice join NAME --register-only --token TOKEN

helm uninstall cleans the nodes and cluster DNS, too. kubeslice leave NAME --hub-context HUB also takes the cluster off the hub.
{{- end }}
`;

/** Every file of the chart by its path below the chart's folder. */
export const chartFiles = (): ReadonlyMap<string, string> => {
  const crds = [...planCrds('hub'), ...planCrds('member')].map((crd) => stamped(crd, packageJson.version));
  return new Map([
    ['Chart.yaml', chartYaml()],
    ['values.yaml', generated + valuesYaml()],
    ['values.schema.json', valuesSchema()],
    ['templates/checks.yaml', helpers],
    ['templates/NOTES.txt', notes],
    // Also for a Prometheus without operator, which reads them as they are.
    ['monitoring/rules-hub.yaml', generated + rulesFile('hub')],
    ['monitoring/rules-member.yaml', generated + rulesFile('member')],
    ['monitoring/scrape.yaml', generated + scrapeFile()],
    ['monitoring/dashboard.json', dashboardFile()],
    ...[...monitoringTemplates()].map(([name, text]): [string, string] => [`templates/${name}`, text]),
    ...[...templatesOf('hub'), ...templatesOf('member'), ...hookTemplates()].map(([name, text]): [string, string] => [
      `templates/${name}`,
      text,
    ]),
    ...crds.map((crd): [string, string] => [
      `crds/${crd.metadata.name}.yaml`,
      generated + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }),
    ]),
  ]);
};
