import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../kubernetes/client.ts';
import { type Pod, podKind } from '../../kubernetes/kinds.ts';
import { imageReasons, pullAgainMs, pullFailure } from '../../plan/exports/pod-trouble.ts';
import { waitingStates } from '../../values/builtin/pod.ts';
import { Failure } from '../../values/failure.ts';
import { shellQuote } from '../../values/text/shell-quote.ts';

/** Pods that may lack their image. */
export interface PodsOfImage {
  readonly client: Client;
  /** Name of the context, for the sentence. */
  readonly context: string;
  readonly namespace: string;
  readonly labelSelector: string;
  /** The image that they should run; others are of an earlier version and are being replaced. */
  readonly image: string;
}

const pollEveryMs = 1_000;

const waitingFor = (pods: readonly Pod[], image: string): { readonly pod: string; readonly why: string } | undefined => {
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || pod.spec?.containers[0]?.image !== image) continue;
    const waiting = waitingStates(pod).find(({ reason }) => imageReasons.has(reason));
    if (waiting !== undefined) return { pod: pod.metadata.name, why: pullFailure(waiting) };
  }
  return undefined;
};

/**
 * Watches until the signal aborts whether pods cannot pull their image, prints that once, and gives up when a retry failed too, because waiting does
 * not help.
 *
 * @throws Failure NotFound, with the kubelet's message.
 */
export const untilImageIsMissing = async (
  pods: PodsOfImage,
  say: (line: string) => void,
  signal: AbortSignal,
  graceMs = pullAgainMs,
): Promise<void> => {
  const { client, context, namespace, labelSelector, image } = pods;
  let since: number | undefined;
  while (!signal.aborted) {
    // The wait for the rollout reports an API server that is unreachable or refuses the list.
    const found = await client.list(podKind, { namespace, labelSelector, signal }).catch(() => undefined);
    const lacking = found === undefined ? undefined : waitingFor(found.items, image);
    if (lacking === undefined) {
      if (found !== undefined) since = undefined;
    } else if (since === undefined) {
      since = performance.now();
      say(`note: pod ${lacking.pod} cannot pull ${image}: ${lacking.why}`);
    } else if (performance.now() - since >= graceMs) {
      throw new Failure(
        'NotFound',
        `The nodes of context "${context}" cannot pull the image ${image} (${lacking.why}); push it where they can, or run this again with --image. See "kubectl --context ${shellQuote(context)} -n ${namespace} describe pod ${lacking.pod}".`,
      );
    }
    await pause(pollEveryMs, undefined, { signal }).catch(() => undefined);
  }
};
