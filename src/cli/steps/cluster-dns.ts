import { corednsConfigMap } from '../../api/stub-block.ts';
import { metadata } from '../../install/metadata.ts';
import { clusterDnsComponent, planClusterDnsRights } from '../../install/rights/cluster-dns-rights.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind, roleBindingKind, roleKind } from '../../kubernetes/kinds.ts';
import { labelSelectorOf } from '../../kubernetes/label-selector.ts';
import { remove } from '../../kubernetes/remove.ts';
import { planClusterDns } from '../../plan/cluster-dns/plan.ts';
import { changeClusterDns, findCorefiles, observeClusterDns } from '../../reconcile/observe-cluster-dns.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { applyAll } from './apply-all.ts';

const { namespace } = corednsConfigMap;
const labelSelector = labelSelectorOf(metadata('', { component: clusterDnsComponent }).labels ?? {});

/** Gives the worker the right to change the configuration of cluster DNS, if it is not one of the ConfigMaps that every installation includes. */
export const grantClusterDns = async (client: Client, signal: AbortSignal): Promise<void> =>
  applyAll(client, planClusterDnsRights(await findCorefiles(client, signal)), signal);

/**
 * Removes the stub zone from the cluster's DNS, with the rights that were granted for it; everything else in its configuration stays byte for byte.
 */
export const restoreClusterDns = async (client: Client, signal: AbortSignal): Promise<void> => {
  const main = await client.find(configMapKind, { namespace, name: corednsConfigMap.main }, { signal });
  const custom = await client.find(configMapKind, { namespace, name: corednsConfigMap.custom }, { signal });
  const dns = await observeClusterDns(client, { main, custom }, { nameservers: [], everywhere: true }, signal);
  for (const action of planClusterDns(dns, undefined)) await changeClusterDns(client, dns, action, signal);
  for (const kind of [roleBindingKind, roleKind] as readonly ResourceKind[])
    for (const { metadata: found } of (await client.list(kind, { labelSelector, signal })).items) await remove(client, kind, found, signal);
};
