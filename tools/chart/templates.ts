import { stringify } from 'yaml';
import type { Side } from '../../src/install/crds.ts';
import { planHub } from '../../src/install/hub.ts';
import { planMember } from '../../src/install/member.ts';
import type { CommonOptions, Placement, Workload } from '../../src/install/options.ts';
import { planDefinitions } from '../../src/install/workloads/definitions.ts';
import { planHubRemoval } from '../../src/install/workloads/hub-removal.ts';
import { planMemberRemoval } from '../../src/install/workloads/member-removal.ts';
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
      : planMember({
          ...common,
          worker: workloadOf('worker'),
          dns: workloadOf('dns'),
          agent: placementOf('agent'),
          mutualTls: text('.Values.mutualTls') as never,
        });
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

/** Before what Helm runs a Job: it makes the account first, waits for the Job, and deletes all of it when it has ended well. */
type Moment = 'pre-install,pre-upgrade' | 'pre-delete';

const hookAnnotations = (moment: Moment, kind: string): Readonly<Record<string, string>> => ({
  'helm.sh/hook': moment,
  'helm.sh/hook-weight': kind === 'Job' ? '1' : '0',
  'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
  // Or nobody would read what the Job says; Helm before 3.18 leaves it out.
  ...(kind === 'Job' ? { 'helm.sh/hook-output-log-policy': 'hook-failed' } : {}),
});

const hookTemplate = (side: Side, moment: Moment, objects: readonly KubernetesObject[]): string => {
  const parts = objects.map((object) =>
    manifest({ ...object, metadata: { ...object.metadata, annotations: hookAnnotations(moment, object.kind) } }),
  );
  return `{{- if eq .Values.mode "${side}" }}\n${parts.join('---\n')}{{- end }}\n`;
};

/**
 * What Helm runs beside the objects of a release, by file name: it brings kinds to the version of the chart, which Helm does not do when it upgrades; it
 * looks whether a hub is in use; and it ends a member, whose tunnels and files on the nodes would stay otherwise.
 */
export const hookTemplates = (): ReadonlyMap<string, string> => {
  const hub = { ...common, controller: workloadOf('controller') };
  const member = {
    ...common,
    worker: workloadOf('worker'),
    dns: workloadOf('dns'),
    agent: placementOf('agent'),
    mutualTls: text('.Values.mutualTls') as never,
  };
  return new Map([
    ['hub-definitions.yaml', hookTemplate('hub', 'pre-install,pre-upgrade', planDefinitions('hub', common, hub.controller))],
    ['hub-removal.yaml', hookTemplate('hub', 'pre-delete', planHubRemoval(hub))],
    ['member-definitions.yaml', hookTemplate('member', 'pre-install,pre-upgrade', planDefinitions('member', common, member.worker))],
    ['member-removal.yaml', hookTemplate('member', 'pre-delete', planMemberRemoval(member))],
  ]);
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
