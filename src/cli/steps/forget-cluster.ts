import { noticeKind } from '../../api/kinds.ts';
import { clusterLabel } from '../../api/labels.ts';
import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../api/places.ts';
import { type AuthorityOrders, orderData } from '../../exchange/trust/authority-orders.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import { forgetText } from '../../plan/peers/forget-order.ts';

/** When a cluster is forgotten, and the orders about its authorities from then on. */
export interface Forgetting {
  readonly now: Date;
  readonly orders: AuthorityOrders;
}

/**
 * Orders the agents of a member to forget what they accepted of a cluster, together with the orders about its authorities; then removes its pin and
 * what was stored of it, so that its blocks are free. The worker has no right to write these orders.
 */
export const forgetCluster = async (member: Client, cluster: string, { now, orders }: Forgetting, signal: AbortSignal): Promise<void> => {
  const selection = { signal, namespace: memberNamespace, labelSelector: `${clusterLabel}=${cluster}` };
  const { items } = await member.list(noticeKind, selection);
  const notices = items.flatMap(({ spec, metadata: { uid } }) => (spec.kind === 'Cluster' && uid !== undefined ? [uid] : []));
  await order(member, { [cluster]: forgetText(now.toISOString(), notices), ...orderData(cluster, orders) }, signal);
  await member.mergePatch(configMapKind, { namespace: memberNamespace, name: trustConfigMap }, { data: { [cluster]: null } }, { signal });
  await member.deleteAll(noticeKind, selection);
};

/** Changes the orders about the authorities of a cluster, and forgets nothing of it. */
export const orderOnly = (member: Client, cluster: string, orders: AuthorityOrders, signal: AbortSignal): Promise<void> =>
  order(member, orderData(cluster, orders), signal);

/** Writes an order to forget a cluster alone. */
export const orderForgetting = (member: Client, cluster: string, text: string, signal: AbortSignal): Promise<void> =>
  order(member, { [cluster]: text }, signal);

/** Without an object for orders there are no agents that would read it, or older ones, which pin nothing. */
const order = async (member: Client, data: Readonly<Record<string, string | null>>, signal: AbortSignal): Promise<void> => {
  const target = { namespace: memberNamespace, name: forgottenConfigMap };
  if ((await member.find(configMapKind, target, { signal })) === undefined) return;
  await member.mergePatch(configMapKind, target, { data }, { signal });
};
