import { clusterKind, membershipKind } from '../../../api/kinds.ts';
import { clusterLabel } from '../../../api/labels.ts';
import { hasEnded } from '../../../api/membership/type.ts';
import { resourceKindOf } from '../../../install/kinds.ts';
import { planCredentialRequestAccess, planJoinAccess, planWorkerAccess } from '../../../install/rights/cluster-access.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { removeNotices } from '../../../reconcile/hub/notices.ts';
import { Failure } from '../../../values/failure.ts';
import type { CliInput } from '../../command.ts';
import { projectOf } from '../../options/common-options.ts';
import { findProject } from '../find-project.ts';
import { withCluster } from '../open-cluster.ts';
import { isUnreachable } from '../unreachable.ts';
import { confirmDeletion } from './confirm-deletion.ts';
import { publishFarewell } from './farewell.ts';
import { type Patience, removeAndWait } from './remove.ts';

/** How long the controller gets to remove its finalizers, in milliseconds. */
const graceMs = 45_000;

/** The result of removing a cluster from the hub: it was there, the hub did not know it, or the hub did not answer. */
export type LeftHub = 'left' | 'unknown' | 'away';

/** Removes the cluster from the hub: the controller withdraws it from its slices; if the controller does not run, this removes what is left. */
const leaveHub = async (input: CliInput, member: Client, cluster: string, hubContext: string): Promise<LeftHub> =>
  withCluster(input, hubContext, async (hub) => {
    const patience: Patience = { graceMs, signal: input.signal };
    const namespace = await findProject(hub, projectOf(input), input.signal).catch((error: unknown) => {
      if (!Failure.is(error, 'NotFound')) throw error;
      input.terminal.err(`note: ${error.message}`);
      return undefined;
    });
    if (namespace === undefined) return 'unknown';
    const known = await hub.client.find(clusterKind, { namespace, name: cluster }, { signal: input.signal });
    if (known !== undefined) await confirmDeletion(hub.client, clusterKind, known.metadata, input.signal);
    await removeAndWait(hub.client, clusterKind, { namespace, name: cluster }, patience);
    const own = { labelSelector: `${clusterLabel}=${cluster}` };
    const memberships = await hub.client.list(membershipKind, { namespace, ...own, signal: input.signal }).catch((error: unknown) => {
      if (!Failure.is(error, 'NotFound')) throw error;
      return { items: [] };
    });
    // The controller has done this, if it runs. The objects stay: they show the others that the memberships ended.
    for (const { metadata } of memberships.items.filter((membership) => !hasEnded(membership))) {
      const ended = new Date().toISOString();
      await hub.client.mergePatch(membershipKind, metadata, { spec: { ended } }, { signal: input.signal });
    }
    // Its farewell stays too, for members that are disconnected now.
    for (const { spec } of memberships.items)
      await removeNotices(hub.client, spec.exchangeNamespace, new Map([[cluster, true]]), input.signal);
    // Last, when its worker can no longer overwrite it.
    await publishFarewell({ member, hub: hub.client, cluster, namespace }, Date.now(), input.signal);
    const access = [
      ...planJoinAccess(cluster, namespace),
      ...planWorkerAccess(cluster, namespace),
      ...planCredentialRequestAccess(projectOf(input), cluster),
    ];
    for (const object of access.toReversed()) await remove(hub.client, resourceKindOf(object), object.metadata, input.signal);
    return known === undefined && memberships.items.length === 0 ? 'unknown' : 'left';
  });

/** {@link leaveHub}, or `away` when the hub does not answer or does not finish: it must not keep the member from leaving. */
export const leaveHubIfThere = async (input: CliInput, member: Client, cluster: string, hubContext: string): Promise<LeftHub> => {
  try {
    return await leaveHub(input, member, cluster, hubContext);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    input.terminal.err(`note: ${error.message} The member leaves anyway; run this command again when the hub works.`);
    return 'away';
  }
};
