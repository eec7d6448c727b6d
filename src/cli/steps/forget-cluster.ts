import { noticeKind } from '../../api/kinds.ts';
import { clusterLabel } from '../../api/labels.ts';
import { forgottenConfigMap, memberNamespace } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import { forgetText } from '../../plan/peers/forget-order.ts';

/**
 * Deletes what a member stored of a cluster, so that its blocks are free, and orders its agents to forget the authority that they pinned for it. The
 * worker has no right to write that order.
 */
export const forgetCluster = async (member: Client, cluster: string, now: Date, signal: AbortSignal): Promise<void> => {
  const selection = { signal, namespace: memberNamespace, labelSelector: `${clusterLabel}=${cluster}` };
  const { items } = await member.list(noticeKind, selection);
  const notices = items.flatMap(({ spec, metadata: { uid } }) => (spec.kind === 'Cluster' && uid !== undefined ? [uid] : []));
  await member.deleteAll(noticeKind, selection);
  await orderForgetting(member, cluster, forgetText(now.toISOString(), notices), signal);
};

/** Writes such an order. Without an object for orders there are no agents that would read it, or older ones, which pin nothing. */
export const orderForgetting = async (member: Client, cluster: string, text: string, signal: AbortSignal): Promise<void> => {
  const target = { namespace: memberNamespace, name: forgottenConfigMap };
  if ((await member.find(configMapKind, target, { signal })) === undefined) return;
  await member.mergePatch(configMapKind, target, { data: { [cluster]: text } }, { signal });
};
