import type { Client } from '../../kubernetes/client.ts';
import { type DaemonSet, type Deployment, daemonSetKind, deploymentKind, type Pod, podKind } from '../../kubernetes/kinds.ts';
import { labelSelectorOf } from '../../kubernetes/label-selector.ts';
import { waitingStates } from '../../values/builtin/pod.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { shellQuote } from '../../values/text/shell-quote.ts';
import { untilImageIsMissing } from './missing-image.ts';
import { waitFor } from './wait-for.ts';

/** Why pods of a selector do not run, in Kubernetes' own message; empty without one. */
const podTrouble = (pods: readonly Pod[]): string => {
  const found = pods.flatMap((pod) => {
    const [waiting] = waitingStates(pod);
    if (waiting !== undefined) return [`pod ${pod.metadata.name}: ${waiting.reason} ${waiting.message ?? ''}`.trim()];
    const unscheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False');
    return unscheduled === undefined ? [] : [`pod ${pod.metadata.name}: ${unscheduled.message ?? 'not scheduled'}`];
  });
  return found.slice(0, 3).join('; ');
};

/** A workload whose pods are awaited. */
interface Rollout {
  readonly client: Client;
  /** Name of the context, for messages. */
  readonly context: string;
  readonly namespace: string;
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

type Workload = Deployment | DaemonSet;

/** The particular parts of a kind of workload. */
interface Progress<T extends Workload> {
  readonly kind: ResourceKind<T>;
  readonly isDone: (workload: T) => boolean;
  /** Its progress, such as `1 of 2 pods`. */
  readonly extent: (workload: T | undefined) => string;
}

const late = async (
  { client, context, namespace, name }: Rollout,
  extent: string,
  labels: Readonly<Record<string, string>> | undefined,
) => {
  const labelSelector = labelSelectorOf(labels ?? {});
  const pods = await client
    .list(podKind, { namespace, labelSelector, signal: AbortSignal.timeout(5000) })
    .catch(() => ({ items: [] as Pod[] }));
  const trouble = podTrouble(pods.items);
  return `Only ${extent} of ${name} run the version that was applied${trouble === '' ? '' : ` (${trouble})`}; see "kubectl --context ${shellQuote(context)} -n ${namespace} describe pods -l ${labelSelector}".`;
};

/** Waits for a workload, at most until it is certain that its image cannot be pulled. */
const waitForPods = async <T extends Workload>(rollout: Rollout, { kind, isDone, extent }: Progress<T>): Promise<void> => {
  const { client, context, namespace, name, signal, say } = rollout;
  const spec = (await client.find<T>(kind, { namespace, name }, { signal }))?.spec;
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const image = spec?.template.spec.containers[0]?.image ?? '';
  const pods = { client, context, namespace, labelSelector: labelSelectorOf(spec?.selector.matchLabels ?? {}), image };
  // It resolves when the wait ends; if it throws first, that ends the wait.
  const missing = untilImageIsMissing(pods, say, both);
  const waiting = waitFor<T>({
    ...rollout,
    kind,
    target: rollout,
    signal: both,
    until: (seen) => seen !== undefined && (seen.status?.observedGeneration ?? 0) >= (seen.metadata.generation ?? 1) && isDone(seen),
    late: (seen) => late(rollout, extent(seen), seen?.spec?.selector.matchLabels),
  });
  try {
    await Promise.race([waiting, missing.then(() => waiting)]);
  } finally {
    ended.abort();
    await Promise.allSettled([waiting, missing]);
  }
};

const deployments: Progress<Deployment> = {
  kind: deploymentKind,
  isDone: ({ spec, status }) =>
    (status?.updatedReplicas ?? 0) >= (spec?.replicas ?? 1) && (status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1),
  extent: (seen) =>
    `${Math.min(seen?.status?.availableReplicas ?? 0, seen?.status?.updatedReplicas ?? 0)} of ${seen?.spec?.replicas ?? 1} copies`,
};

const daemonSets: Progress<DaemonSet> = {
  kind: daemonSetKind,
  isDone: ({ status }) => {
    const desired = status?.desiredNumberScheduled ?? 0;
    return (status?.updatedNumberScheduled ?? 0) >= desired && (status?.numberReady ?? 0) >= desired;
  },
  extent: (seen) =>
    `${Math.min(seen?.status?.numberReady ?? 0, seen?.status?.updatedNumberScheduled ?? 0)} of ${seen?.status?.desiredNumberScheduled ?? 0} pods`,
};

/**
 * Waits until workloads run everywhere in the applied version.
 *
 * @throws Failure Timeout, or NotFound as soon as it is certain that an image cannot be pulled.
 */
export const waitForRollouts = async (
  place: Omit<Rollout, 'name'>,
  workloads: { readonly deployments?: readonly string[]; readonly daemonSets?: readonly string[] },
): Promise<void> => {
  const failed = new AbortController();
  const rollout = { ...place, signal: AbortSignal.any([place.signal, failed.signal]) };
  // All have the same image, so the message of one pod holds for all.
  let isNoted = false;
  const say = (line: string): void => {
    if (!isNoted) place.say(line);
    isNoted = true;
  };
  try {
    await Promise.all([
      ...(workloads.deployments ?? []).map((name) => waitForPods({ ...rollout, name, say }, deployments)),
      ...(workloads.daemonSets ?? []).map((name) => waitForPods({ ...rollout, name, say }, daemonSets)),
    ]);
  } finally {
    failed.abort();
  }
};
