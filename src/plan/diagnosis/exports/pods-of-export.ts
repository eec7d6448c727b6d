import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { LabelSelector } from '../../../values/builtin/label-selector.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import type { Service } from '../../../values/builtin/service.ts';
import { shellQuote } from '../../../values/text/shell-quote.ts';
import { selects } from '../../exports/pods/selector.ts';
import type { ClusterView } from '../cluster-view.ts';
import { commandsFor } from '../finding.ts';
import { likeness } from '../likeness.ts';
import { podTrouble } from '../programs.ts';
import type { ExportRemedy } from './export-remedy.ts';

const labelsText = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** The selector of an export's pods: its own, or that of the Service. */
const selectorOf = (exported: ServiceExport, service: Service | undefined): LabelSelector =>
  (exported.spec.selector ?? { matchLabels: service?.spec?.selector ?? {} }) as LabelSelector;

/** Labels that identify the application of a pod, not its copy or version. */
const lasting = (pod: Pod): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(pod.metadata.labels ?? {}).filter(([key]) => !/hash|revision|statefulset|pod-index|controller-uid/.test(key)),
  );

/** For an export without pods: a workload that was scaled to 0, or a selector that is nearly right. */
export const withoutPods = (view: ClusterView, exported: ServiceExport): ExportRemedy => {
  const { name, namespace = '' } = exported.metadata;
  const commands = commandsFor(view.contexts);
  const service = view.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const selector = selectorOf(exported, service);
  const asked = labelsText(selector.matchLabels);
  const asleep = view.applicationDeployments.find(
    ({ metadata, spec }) => metadata.namespace === namespace && spec?.replicas === 0 && selects(selector, spec.template.metadata?.labels),
  );
  if (asleep !== undefined)
    return {
      cause: `No pod is behind the service, because Deployment ${asleep.metadata.name} was scaled to 0 copies.`,
      evidence: `selector ${asked} fits Deployment ${asleep.metadata.name}, whose spec.replicas is 0`,
      remedy: commands.kubectl(namespace, `scale deployment/${asleep.metadata.name} --replicas=1`),
    };
  const pods = view.applicationPods.filter(({ metadata }) => metadata.namespace === namespace);
  const like = pods
    .map((pod) => ({ pod, labels: lasting(pod), by: likeness(asked, labelsText(lasting(pod))) }))
    .filter(({ labels }) => Object.keys(labels).length > 0)
    .toSorted((a, b) => b.by - a.by)[0];
  const owner = exported.spec.selector === undefined ? `service ${name}` : `serviceexport.networking.kubeslice.io ${name}`;
  const field = exported.spec.selector === undefined ? { selector: like?.labels } : { selector: { matchLabels: like?.labels } };
  const alike = like !== undefined && Object.keys(selector.matchLabels ?? {}).some((key) => key in like.labels);
  if (!alike)
    return {
      evidence: `selector ${asked || '(empty)'}; pods of the namespace: ${
        pods.length === 0
          ? 'none'
          : pods
              .slice(0, 3)
              .map(({ metadata }) => metadata.name)
              .join(', ')
      }`,
      remedy: commands.kubectl(namespace, `get pods --show-labels`),
    };
  // A merge patch keeps labels that the right selector does not name, so those are removed with null.
  const cleared = Object.fromEntries(
    Object.keys(selector.matchLabels ?? {})
      .filter((key) => !(key in like.labels))
      .map((key) => [key, null]),
  );
  const merged = exported.spec.selector === undefined ? { selector: { ...like.labels, ...cleared } } : field;
  return {
    cause: `No pod has the labels in the selector of ${owner}.`,
    evidence: `selector ${asked}; pod ${like.pod.metadata.name} has ${labelsText(like.labels)}`,
    remedy: commands.kubectl(namespace, `patch ${owner} --type merge -p ${shellQuote(JSON.stringify({ spec: merged }))}`),
  };
};

/** For an export whose pods run and are not Ready: the cause. */
export const podsNotReady = (view: ClusterView, exported: ServiceExport): ExportRemedy => {
  const { name, namespace = '' } = exported.metadata;
  const commands = commandsFor(view.contexts);
  const service = view.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const selector = selectorOf(exported, service);
  const pods = view.applicationPods.filter((pod) => pod.metadata.namespace === namespace && selects(selector, pod.metadata.labels));
  const sick = pods.map((pod) => ({ pod, trouble: podTrouble(pod) })).find(({ trouble }) => trouble !== undefined);
  if (sick === undefined) return { remedy: commands.kubectl(namespace, 'get pods -o wide') };
  const owner = view.applicationDeployments.find(
    ({ metadata, spec }) => metadata.namespace === namespace && spec !== undefined && selects(spec.selector, sick.pod.metadata.labels),
  );
  const probe = JSON.stringify(sick.pod.spec?.containers[0]?.readinessProbe ?? undefined);
  return {
    cause: 'The pods behind the service run but are not Ready, so no name leads to them.',
    evidence: `pod ${sick.pod.metadata.name}: ${sick.trouble ?? ''}${probe === undefined ? '' : `; its readinessProbe is ${probe}`}`,
    remedy:
      owner === undefined
        ? commands.kubectl(namespace, `describe pod ${sick.pod.metadata.name}`)
        : commands.kubectl(namespace, `rollout undo deployment/${owner.metadata.name}`),
  };
};
