import { stringify } from 'yaml';
import type { Side } from '../../src/install/crds.ts';
import { planHub } from '../../src/install/hub.ts';
import { planMember } from '../../src/install/member.ts';
import { planMemberRemoval } from '../../src/install/member-removal.ts';
import type { CommonOptions, Placement, Workload } from '../../src/install/options.ts';
import type { KubernetesObject } from '../../src/values/object.ts';
import { text, unquote, value } from './placeholders.ts';

const common: CommonOptions = {
  image: text('include "kubeslice.image" .'),
  imagePullPolicy: text('.Values.image.pullPolicy') as CommonOptions['imagePullPolicy'],
  imagePullSecrets: value('.Values.imagePullSecrets'),
  logLevel: text('.Values.logLevel'),
};

const placementOf = (program: string): Placement => ({
  nodeSelector: value(`.Values.${program}.nodeSelector`),
  tolerations: value(`.Values.${program}.tolerations`),
  affinity: value(`.Values.${program}.affinity`),
  resources: value(`.Values.${program}.resources`),
});

const workloadOf = (program: string): Workload => ({ replicas: value(`.Values.${program}.replicas`), ...placementOf(program) });

/** The objects of a side with places for values. Namespaces are not among them: helm makes the one of the release. */
const objectsOf = (side: Side): KubernetesObject[] => {
  const all =
    side === 'hub'
      ? planHub({ ...common, controller: workloadOf('controller') })
      : planMember({ ...common, worker: workloadOf('worker'), dns: workloadOf('dns'), agent: placementOf('agent') });
  return all.filter(({ kind }) => kind !== 'Namespace');
};

/** Which file of the chart an object goes to. */
const fileOf = (side: Side, { kind, metadata }: KubernetesObject): string => {
  if (kind.startsWith('ValidatingAdmissionPolicy')) return `${side}-admission.yaml`;
  if (kind === 'FlowSchema' || kind === 'PriorityLevelConfiguration') return `${side}-flow-control.yaml`;
  if (kind.includes('Role') || kind === 'ServiceAccount') return `${side}-access.yaml`;
  return `${side}-${metadata.labels?.['app.kubernetes.io/component'] ?? 'state'}.yaml`;
};

const manifest = (object: KubernetesObject): string =>
  unquote(stringify(object, { singleQuote: true, lineWidth: 0, aliasDuplicateObjects: false }));

/** Helm makes these before it deletes a release, waits for the Job, and deletes them when it has ended well. The account comes first. */
const hookAnnotations = (kind: string): Readonly<Record<string, string>> => ({
  'helm.sh/hook': 'pre-delete',
  'helm.sh/hook-weight': kind === 'Job' ? '1' : '0',
  'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
});

/** The template of what ends a member before its release is deleted; without it, tunnels and files of the nodes would stay. */
export const removalTemplate = (): string => {
  const options = { ...common, worker: workloadOf('worker'), dns: workloadOf('dns'), agent: placementOf('agent') };
  const parts = planMemberRemoval(options).map((object) =>
    manifest({ ...object, metadata: { ...object.metadata, annotations: hookAnnotations(object.kind) } }),
  );
  return `{{- if eq .Values.mode "member" }}\n${parts.join('---\n')}{{- end }}\n`;
};

/** The templates of one side by file name; they render to nothing in the other mode. */
export const templatesOf = (side: Side): ReadonlyMap<string, string> => {
  const files = new Map<string, string[]>();
  for (const object of objectsOf(side)) {
    const name = fileOf(side, object);
    files.set(name, [...(files.get(name) ?? []), manifest(object)]);
  }
  return new Map([...files].map(([name, parts]) => [name, `{{- if eq .Values.mode "${side}" }}\n${parts.join('---\n')}{{- end }}\n`]));
};
