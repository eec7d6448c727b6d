import type { Client } from '../../../kubernetes/client.ts';
import { type DaemonSet, type Deployment, daemonSetKind, deploymentKind, type Pod, podKind } from '../../../kubernetes/kinds.ts';
import { labelSelectorOf } from '../../../kubernetes/label-selector.ts';
import { waitFor } from './wait-for.ts';

/** Why pods of a selector do not run, in the words of Kubernetes; empty when it says nothing. */
const podTrouble = (pods: readonly Pod[]): string => {
  const found = pods.flatMap((pod) => {
    const waiting = pod.status?.containerStatuses?.find((container) => container.state?.waiting?.reason !== undefined)?.state?.waiting;
    if (waiting !== undefined) return [`pod ${pod.metadata.name}: ${waiting.reason} ${waiting.message ?? ''}`.trim()];
    const unscheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False');
    return unscheduled === undefined ? [] : [`pod ${pod.metadata.name}: ${unscheduled.message ?? 'not scheduled'}`];
  });
  return found.slice(0, 3).join('; ');
};

interface Rollout {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const late = async ({ client, namespace, name }: Rollout, what: string, labels: Readonly<Record<string, string>> | undefined) => {
  const labelSelector = labelSelectorOf(labels ?? {});
  const pods = await client
    .list(podKind, { namespace, labelSelector, signal: AbortSignal.timeout(5000) })
    .catch(() => ({ items: [] as Pod[] }));
  const trouble = podTrouble(pods.items);
  return `Only ${what} of ${name} got ready in time${trouble === '' ? '' : ` (${trouble})`}; see "kubectl -n ${namespace} describe pods -l ${labelSelector}".`;
};

/** Waits until all copies of a Deployment run the version that was applied. */
export const waitForDeployment = async (rollout: Rollout): Promise<void> => {
  await waitFor<Deployment>({
    ...rollout,
    kind: deploymentKind,
    target: rollout,
    until: (seen) => {
      const { replicas = 1 } = seen?.spec ?? {};
      const status = seen?.status;
      return (
        seen !== undefined &&
        (status?.observedGeneration ?? 0) >= (seen.metadata.generation ?? 1) &&
        (status?.updatedReplicas ?? 0) >= replicas &&
        (status?.availableReplicas ?? 0) >= replicas
      );
    },
    late: (seen) =>
      late(rollout, `${seen?.status?.availableReplicas ?? 0} of ${seen?.spec?.replicas ?? 1} copies`, seen?.spec?.selector.matchLabels),
  });
};

/** Waits until a DaemonSet runs on every node in the version that was applied. */
export const waitForDaemonSet = async (rollout: Rollout): Promise<void> => {
  await waitFor<DaemonSet>({
    ...rollout,
    kind: daemonSetKind,
    target: rollout,
    until: (seen) => {
      const status = seen?.status;
      const desired = status?.desiredNumberScheduled ?? 0;
      return (
        seen !== undefined &&
        (status?.observedGeneration ?? 0) >= (seen.metadata.generation ?? 1) &&
        (status?.updatedNumberScheduled ?? 0) >= desired &&
        (status?.numberReady ?? 0) >= desired
      );
    },
    late: (seen) =>
      late(
        rollout,
        `${seen?.status?.numberReady ?? 0} of ${seen?.status?.desiredNumberScheduled ?? 0} pods`,
        seen?.spec?.selector.matchLabels,
      ),
  });
};
