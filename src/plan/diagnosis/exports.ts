import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { memberNamespaces } from '../../api/slice/type.ts';
import type { LabelSelector } from '../../values/builtin/label-selector.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import { shellQuote } from '../../values/shell-quote.ts';
import { selects } from '../worker/selector.ts';
import type { ClusterView } from './cluster-view.ts';
import { commandsFor, type Finding } from './finding.ts';
import { podTrouble } from './programs.ts';

type Mending = Pick<Finding, 'remedy' | 'advice'> & { readonly cause?: string; readonly evidence?: string };

const labelsText = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** What selects the pods of an export: its own selector, or that of the Service. */
const selectorOf = (exported: ServiceExport, service: Service | undefined): LabelSelector =>
  (exported.spec.selector ?? { matchLabels: service?.spec?.selector ?? {} }) as LabelSelector;

/** Labels that say which application a pod is of, and not which copy or version of it. */
const lasting = (pod: Pod): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(pod.metadata.labels ?? {}).filter(([key]) => !/hash|revision|statefulset|pod-index|controller-uid/.test(key)),
  );

/** How alike two words are: the share of pairs of letters that they have in common. */
const likeness = (a: string, b: string): number => {
  const pairs = (word: string): string[] => Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2));
  const [first, second] = [pairs(a), pairs(b)];
  const common = first.filter((pair) => second.includes(pair)).length;
  return first.length + second.length === 0 ? 0 : (2 * common) / (first.length + second.length);
};

/** The word of a list that is most like another, if any is like it at all. */
export const nearest = (word: string, words: readonly string[]): string | undefined => {
  const ranked = words.map((each) => ({ each, by: likeness(word, each) })).toSorted((a, b) => b.by - a.by);
  return ranked[0] !== undefined && ranked[0].by >= 0.4 ? ranked[0].each : undefined;
};

/** For an export without pods: a workload that was scaled to nothing, or a selector that is nearly right. */
const withoutPods = (view: ClusterView, exported: ServiceExport): Mending => {
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
  const owner = exported.spec.selector === undefined ? `service ${name}` : `serviceexport ${name}`;
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
  // A merge patch leaves labels that the right selector does not name, so those go by null.
  const cleared = Object.fromEntries(
    Object.keys(selector.matchLabels ?? {})
      .filter((key) => !(key in like.labels))
      .map((key) => [key, null]),
  );
  const merged = exported.spec.selector === undefined ? { selector: { ...like.labels, ...cleared } } : field;
  return {
    cause: `No pod has the labels that the selector of ${owner} asks for.`,
    evidence: `selector ${asked}; pod ${like.pod.metadata.name} has ${labelsText(like.labels)}`,
    remedy: commands.kubectl(namespace, `patch ${owner} --type merge -p ${shellQuote(JSON.stringify({ spec: merged }))}`),
  };
};

const notReady = (view: ClusterView, exported: ServiceExport): Mending => {
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

/**
 * Words of kubectl that make a namespace a member of a slice. On the hub either field may hold the members, and the one that is set here counts
 * wherever they were before.
 */
export const joinNamespace = (slice: string, members: readonly string[], namespace: string): string => {
  const patch = { spec: { namespaceIsolationProfile: { applicationNamespaces: [...new Set([...members, namespace])].toSorted() } } };
  return `patch slice ${slice} --type merge -p ${shellQuote(JSON.stringify(patch))}`;
};

const notInSlice = (view: ClusterView, exported: ServiceExport): Mending => {
  const { namespace = '' } = exported.metadata;
  const { slice } = exported.spec;
  const commands = commandsFor(view.contexts);
  const found = view.slices.find(({ metadata }) => metadata.name === slice);
  const members = found === undefined ? [] : memberNamespaces(found.spec);
  return {
    cause: `Namespace ${namespace} is not in slice ${slice}, so its pods have no addresses in it and its services cannot be offered.`,
    evidence: `the slice has ${members.join(', ') || 'no namespace'}`,
    remedy: commands.hubKubectl('default', joinNamespace(slice, members, namespace)),
  };
};

/** For a port of a Service that leads nowhere: by a name that no container has, or by a number that no container declares. */
const targetPort = (view: ClusterView, exported: ServiceExport, by: 'string' | 'number'): Mending => {
  const { name, namespace = '' } = exported.metadata;
  const commands = commandsFor(view.contexts);
  const service = view.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const selected = view.applicationPods.filter(
    (pod) => pod.metadata.namespace === namespace && selects({ matchLabels: service?.spec?.selector ?? {} }, pod.metadata.labels),
  );
  const ports = selected[0]?.spec?.containers.flatMap(({ ports: list = [] }) => list) ?? [];
  const at =
    service?.spec?.ports?.findIndex(
      ({ port, targetPort: target = port }) =>
        typeof target === by && !ports.some(({ name: named, containerPort }) => named === target || containerPort === target),
    ) ?? -1;
  const [right] = ports;
  if (at < 0 || right === undefined) return { remedy: commands.kubectl(namespace, `describe service ${name}`) };
  const patch = [{ op: 'replace', path: `/spec/ports/${at}/targetPort`, value: right.name ?? right.containerPort }];
  return {
    evidence: `ports of pod ${selected[0]?.metadata.name ?? ''}: ${ports.map((port) => `${port.name ?? '-'} ${port.containerPort}`).join(', ')}`,
    remedy: commands.kubectl(namespace, `patch service ${name} --type json -p ${shellQuote(JSON.stringify(patch))}`),
  };
};

/** The command that mends an export, by the reason that it gives; what is not here is shown by `kubectl describe`. */
const mendings: Readonly<Record<string, (view: ClusterView, exported: ServiceExport) => Mending>> = {
  NoMatchingPods: withoutPods,
  EndpointsNotReady: notReady,
  NamespaceNotInSlice: notInSlice,
  TargetPortNotFound: (view, exported) => targetPort(view, exported, 'string'),
  NothingListens: (view, exported) => ({
    ...targetPort(view, exported, 'number'),
    advice: 'let the program listen on that port on all addresses of the pod',
  }),
  SliceNotFound: (view, { metadata, spec }) => {
    const commands = commandsFor(view.contexts);
    const alike = nearest(
      spec.slice,
      view.slices.map((slice) => slice.metadata.name),
    );
    const patch = shellQuote(JSON.stringify({ spec: { slice: alike } }));
    return alike === undefined
      ? { remedy: commands.hubKubectl('default', 'get slices') }
      : {
          evidence: `slices here: ${view.slices.map((slice) => slice.metadata.name).join(', ')}`,
          remedy: commands.kubectl(metadata.namespace ?? '', `patch serviceexport ${metadata.name} --type merge -p ${patch}`),
        };
  },
  ServiceNotFound: (view, { metadata }) => ({
    remedy: commandsFor(view.contexts).kubectl(metadata.namespace ?? '', 'get services'),
    advice: `make a Service ${metadata.name} in namespace ${metadata.namespace ?? ''}, or name selector and ports in the export`,
  }),
  ExportConflict: (view, { metadata }) => ({
    remedy: commandsFor(view.contexts).kubectl(metadata.namespace ?? '', `delete serviceexport ${metadata.name}`),
    advice: 'give both exports the same ports and type, or take one of them away; the older one holds meanwhile',
  }),
};

/** Conditions of an export that say that something is wrong with it. */
const troubles = ({ status }: ServiceExport) =>
  (status?.conditions ?? []).filter(
    ({ type, status: value, reason }) => (type === 'Ready' && value !== 'True') || reason === 'ExportConflict',
  );

/** Exports that offer nothing or not what they say, with the cause that their cluster alone can see. */
export const exportFindings = (view: ClusterView): Finding[] =>
  view.exports.flatMap((exported) =>
    troubles(exported).map((condition): Finding => {
      const { name, namespace = '' } = exported.metadata;
      const mending = mendings[condition.reason]?.(view, exported) ?? {};
      const { cause = condition.message, evidence = `${condition.reason}: ${condition.message}` } = mending;
      return {
        code: 'ConditionFalse',
        severity: 'error',
        object: `ServiceExport ${namespace}/${name}`,
        cause,
        evidence: mending.evidence === undefined ? evidence : `${condition.reason}; ${mending.evidence}`,
        remedy: mending.remedy ?? commandsFor(view.contexts).kubectl(namespace, `describe serviceexport ${name}`),
        ...(mending.advice === undefined ? {} : { advice: mending.advice }),
      };
    }),
  );
