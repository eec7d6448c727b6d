import { imageReasons, pullFailure } from '../../plan/exports/pod-trouble.ts';
import { type Pod, waitingStates } from '../../values/builtin/pod.ts';

/** Reads each state of a pod, and returns why its image cannot be pulled once that is certain: when a second attempt has failed, too. */
export const pullWatch = (): ((pod: Pod | undefined) => string | undefined) => {
  let retries = false;
  return (pod) => {
    const waiting = pod === undefined ? undefined : waitingStates(pod).find(({ reason }) => imageReasons.has(reason));
    if (waiting === undefined) return undefined;
    const isRepeated = retries && waiting.reason === 'ErrImagePull';
    retries ||= waiting.reason === 'ImagePullBackOff';
    return isRepeated || waiting.reason === 'ErrImageNeverPull' || waiting.reason === 'InvalidImageName' ? pullFailure(waiting) : undefined;
  };
};
