import { memberNamespace } from '../../api/places.ts';
import { selectorLabels } from '../../install/metadata.ts';
import type { Client } from '../../kubernetes/client.ts';
import { podKind } from '../../kubernetes/kinds.ts';
import { labelSelectorOf } from '../../kubernetes/label-selector.ts';

/** Ends the pods of a member's worker, so that new ones read what changed. Traffic does not pass through it. */
export const restartWorker = async (member: Client, signal: AbortSignal): Promise<void> => {
  const labelSelector = labelSelectorOf(selectorLabels('worker'));
  await member.deleteAll(podKind, { namespace: memberNamespace, labelSelector, signal });
};
