import { corednsConfigMap } from '../../api/stub-block.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { planClusterDns } from '../../plan/worker/cluster-dns.ts';

/** Takes the stub zone out of the cluster's DNS again; all else in its configuration stays byte for byte. */
export const restoreClusterDns = async (client: Client, signal: AbortSignal): Promise<void> => {
  const { namespace } = corednsConfigMap;
  const main = await client.find(configMapKind, { namespace, name: corednsConfigMap.main }, { signal });
  const custom = await client.find(configMapKind, { namespace, name: corednsConfigMap.custom }, { signal });
  for (const action of planClusterDns({ main, custom }, undefined)) {
    const target = { namespace, name: action.configMap };
    if (action.kind === 'delete') await remove(client, configMapKind, target, signal);
    else await client.mergePatch(configMapKind, target, { data: action.data }, { signal });
  }
};
