import { sliceZone } from '../../api/places.ts';
import { corednsConfigMap } from '../../api/stub-block.ts';
import type { Client } from '../../kubernetes/client.ts';
import { type ConfigMap, configMapKind } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { watching } from '../../loop/watching.ts';
import { type ClusterDnsAction, planClusterDns } from '../../plan/worker/cluster-dns.ts';
import { Failure } from '../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

const { namespace } = corednsConfigMap;
const ofMirror = (mirror: Mirror<ConfigMap>): ConfigMap | undefined => mirror.list()[0];

const carryOut = async (client: Client, action: ClusterDnsAction, seen: ConfigMap | undefined, signal: AbortSignal): Promise<void> => {
  const metadata = { namespace, name: action.configMap };
  switch (action.kind) {
    case 'patch': {
      // Only on top of what was decided from: somebody else may be editing the same file.
      const { resourceVersion } = seen?.metadata ?? {};
      await client.mergePatch(configMapKind, metadata, { metadata: { resourceVersion }, data: action.data }, { signal });
      return;
    }
    case 'create':
      await client.create(
        configMapKind,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, labels: action.labels }, data: action.data },
        { signal },
      );
      return;
    case 'delete':
      await client.delete(configMapKind, metadata, { signal });
      return;
    default:
      action satisfies never;
  }
};

/**
 * Keeps the stub zone for exported services in the cluster's CoreDNS, whoever rewrites its configuration; the rest of it stays as it is.
 * The address is that of the DNS Service as it is now, which is another one when the Service is made anew. There is one key. A configuration that
 * cannot take the zone is reported and left alone until it changes.
 */
export const clusterDns = ({ client, corefile, customCorefile, dnsService, log }: LocalWorld) => ({
  name: 'cluster-dns',
  watches: [corefile, customCorefile, dnsService].map((mirror) => watching<unknown>(mirror, () => ['coredns'])),
  reconcile: async (_key: string, signal: AbortSignal): Promise<void> => {
    const address = dnsService.list()[0]?.spec?.clusterIP;
    if (address === undefined || address === '' || address === 'None') return;
    const [main, custom] = [ofMirror(corefile), ofMirror(customCorefile)];
    const actions = planClusterDns({ main, custom }, { zone: sliceZone, servers: [address] });
    for (const action of actions) {
      const seen = action.configMap === corednsConfigMap.main ? main : custom;
      try {
        await carryOut(client, action, seen, signal);
      } catch (error) {
        const moved = Failure.is(error, 'NotFound') || Failure.is(error, 'AlreadyExists');
        throw moved ? new Failure('Conflict', 'The configuration of cluster DNS was replaced meanwhile.', { cause: error }) : error;
      }
      log.info('the configuration of cluster DNS was changed', {
        zone: sliceZone,
        server: address,
        configMap: action.configMap,
        change: action.kind,
      });
    }
  },
});
