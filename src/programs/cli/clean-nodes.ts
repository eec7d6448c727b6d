import { memberNamespace } from '../../api/places.ts';
import { planAgentCleanup } from '../../install/agent.ts';
import { componentName, selectorLabels } from '../../install/metadata.ts';
import type { MemberOptions } from '../../install/options.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind, podKind } from '../../kubernetes/kinds.ts';
import { labelSelectorOf } from '../../kubernetes/label-selector.ts';
import { Failure } from '../../values/failure.ts';
import { type Patience, removeAndWait } from './remove.ts';
import { waitForDaemonSet } from './rollout.ts';

const target = { namespace: memberNamespace, name: componentName('agent-cleanup') };

/**
 * Takes namespaces, tunnels, interfaces and files of KubeSlice off every node, by a pod on each. The agents must be gone.
 *
 * @param limitMs how long nodes may take; one that is off never answers.
 * @returns the nodes that did not finish, with what their pods say.
 */
export const cleanNodes = async (
  client: Client,
  options: MemberOptions,
  limitMs: number,
  patience: Patience,
): Promise<readonly string[]> => {
  const { signal } = patience;
  await client.apply(daemonSetKind, planAgentCleanup(options), { signal });
  let unfinished: readonly string[] = [];
  try {
    await waitForDaemonSet({ client, ...target, timeoutMs: limitMs, signal });
  } catch (error) {
    if (!Failure.is(error, 'Timeout')) throw error;
    const labelSelector = labelSelectorOf(selectorLabels('agent-cleanup'));
    const pods = await client.list(podKind, { namespace: memberNamespace, labelSelector, signal });
    unfinished = pods.items.filter((pod) => pod.status?.phase !== 'Running').map((pod) => pod.spec?.nodeName ?? pod.metadata.name);
  }
  await removeAndWait(client, daemonSetKind, target, patience);
  return unfinished;
};
