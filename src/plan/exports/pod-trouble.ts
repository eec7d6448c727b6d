import type { ContainerStatus, Pod } from '../../values/builtin/pod.ts';

/** Waiting reasons of a container with a missing image; the kubelet alternates between some of them. */
export const imageReasons: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);

/** How long pods that cannot pull their image get, in milliseconds: Kubernetes retries after ten seconds, and a registry may be restarting. */
export const pullAgainMs = 15_000;

/** The steps that a kubelet and containerd name before the cause; the image is named already. */
const pullSteps =
  /(?:Back-off pulling image "[^"]*"|ErrImagePull|failed to (?:pull and unpack|resolve) (?:image|reference)(?: "[^"]*")?|failed to do request): /g;

/** Why an image cannot be pulled, from the runtime's message without its steps, as a clause without a full stop. */
export const pullFailure = ({ reason = '', message = '' }: { readonly reason?: string; readonly message?: string }): string => {
  const cause = message.replaceAll(pullSteps, '').replace(/\.$/, '');
  return cause === '' ? reason : cause;
};

const containerTrouble = ({ name, image = '', ready, restartCount, state }: ContainerStatus): string | undefined => {
  const waiting = state?.waiting?.reason;
  if (waiting !== undefined && imageReasons.has(waiting)) return `the image "${image}" of container ${name} cannot be pulled`;
  if (waiting === 'CreateContainerConfigError' || waiting === 'CreateContainerError' || waiting === 'RunContainerError')
    return `container ${name} cannot be started (${waiting})`;
  return restartCount > 0 && !ready ? `container ${name} ends repeatedly` : undefined;
};

/**
 * Why a pod is not Ready, as a clause without a full stop; undefined for a Ready pod, and without a known reason. It stays the same while the cause
 * does, although Kubernetes' own message changes with every retry: the clause is written to an API server.
 */
export const podTrouble = ({ status }: Pod): string | undefined => {
  const conditionStatus = (type: string) => status?.conditions?.find((condition) => condition.type === type);
  if (conditionStatus('Ready')?.status === 'True') return undefined;
  const scheduled = conditionStatus('PodScheduled');
  if (scheduled?.status === 'False') return 'no node can run it (Unschedulable)';
  for (const container of status?.initContainerStatuses ?? []) {
    // A container that ran to its end is not ready either, which is intended.
    const trouble = container.ready ? undefined : containerTrouble({ ...container, restartCount: 0 });
    if (trouble !== undefined) return trouble;
  }
  for (const container of status?.containerStatuses ?? []) {
    const trouble = containerTrouble(container);
    if (trouble !== undefined) return trouble;
  }
  if (status?.phase !== 'Running') return undefined;
  return 'it runs, but its readiness check does not pass';
};

/** The first fault among pods ordered by name, with the name of its pod; undefined without a known reason. */
export const firstTrouble = (pods: readonly Pod[]): string | undefined => {
  for (const pod of pods) {
    const trouble = podTrouble(pod);
    if (trouble !== undefined) return `pod ${pod.metadata.name}: ${trouble}`;
  }
  return undefined;
};
