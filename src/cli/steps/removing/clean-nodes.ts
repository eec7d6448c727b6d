import { setTimeout as pause } from 'node:timers/promises';
import { memberNamespace } from '../../../api/places.ts';
import { memberNamespaceObject } from '../../../install/member.ts';
import { componentName, selectorLabels } from '../../../install/metadata.ts';
import type { MemberOptions } from '../../../install/options.ts';
import { agentCleanupAccount, planAgentCleanup } from '../../../install/workloads/agent.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { daemonSetKind, eventKind, namespaceKind, nodeKind, podKind, serviceAccountKind } from '../../../kubernetes/kinds.ts';
import { labelSelectorOf } from '../../../kubernetes/label-selector.ts';
import { isUnreachable } from '../unreachable.ts';
import { mayStillAnswer, type NodeAnswers, nodeAnswers } from './node-answers.ts';
import { type Patience, removeAndWait } from './remove.ts';

const target = { namespace: memberNamespace, name: componentName('agent-cleanup') };
const pollEveryMs = 500;

const read = async (client: Client, signal: AbortSignal): Promise<NodeAnswers> => {
  const labelSelector = labelSelectorOf(selectorLabels('agent-cleanup'));
  const [nodes, pods, events] = await Promise.all([
    client.list(nodeKind, { signal }),
    client.list(podKind, { namespace: memberNamespace, labelSelector, signal }),
    // Only these events contain why a pod could not be created.
    client.list(eventKind, { namespace: memberNamespace, fieldSelector: `involvedObject.name=${target.name},type=Warning`, signal }),
  ]);
  return nodeAnswers(nodes.items, pods.items, events.items);
};

/**
 * Removes namespaces, tunnels, interfaces and files of KubeSlice from every node, with a pod on each, and creates what such a pod needs if it is
 * missing. The agents must have ended.
 *
 * @param limitMs how long nodes may take; one that is off never answers, and those that cannot pull the image are not waited for.
 * @returns which nodes are known to be clean, and why the others are not.
 */
export const cleanNodes = async (
  client: Client,
  options: MemberOptions,
  { limitMs, patience, say }: { readonly limitMs: number; readonly patience: Patience; readonly say: (line: string) => void },
): Promise<NodeAnswers> => {
  const { signal } = patience;
  // Existing ones may belong to another tool, which removes only what it still owns.
  if ((await client.find(namespaceKind, memberNamespaceObject.metadata, { signal })) === undefined)
    await client.apply(namespaceKind, memberNamespaceObject, { signal });
  const account = { namespace: memberNamespace, name: agentCleanupAccount.metadata.name };
  if ((await client.find(serviceAccountKind, account, { signal })) === undefined)
    await client.apply(serviceAccountKind, agentCleanupAccount, { signal });
  // One of an interrupted removal may have another image.
  await removeAndWait(client, daemonSetKind, target, patience);
  await client.apply(daemonSetKind, planAgentCleanup(options), { signal });
  const end = performance.now() + limitMs;
  let answers: NodeAnswers | undefined;
  let lacksImageSince: number | undefined;
  for (;;) {
    try {
      answers = await read(client, signal);
    } catch (error) {
      if (!isUnreachable(error) || performance.now() >= end) throw error;
    }
    const lacking = answers?.silent.find(({ lacksImage }) => lacksImage);
    if (lacking !== undefined && lacksImageSince === undefined) {
      say(`note: the clean-up cannot start on node ${lacking.node}, ${lacking.why} (${options.image})`);
      lacksImageSince = performance.now();
    }
    const lackedMs = lacksImageSince === undefined ? 0 : performance.now() - lacksImageSince;
    if ((answers !== undefined && !mayStillAnswer(answers, lackedMs)) || performance.now() >= end) break;
    await pause(pollEveryMs, undefined, { signal });
  }
  await removeAndWait(client, daemonSetKind, target, patience);
  return answers ?? { clean: [], silent: [] };
};
