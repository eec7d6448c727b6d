import { dnsService, memberNamespace, sliceZone } from '../../api/places.ts';
import { configMapKind, serviceKind } from '../../kubernetes/kinds.ts';
import { watching } from '../../loop/watching.ts';
import { withStub } from '../../plan/worker/corefile.ts';
import { Failure } from '../../values/failure.ts';
import { clusterDnsConfig, type LocalWorld } from './local-world.ts';

/** How soon to look again for what is not there yet, in milliseconds. */
const absentMs = 5_000;

/**
 * Keeps the stub zone for exported services in the cluster's CoreDNS, whoever rewrites its configuration; the rest of it stays as it is.
 * The key is the ConfigMap.
 */
export const clusterDns = ({ client, corefile, log }: LocalWorld) => ({
  name: 'cluster-dns',
  watches: [watching(corefile, (change) => [change.key])],
  reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const config = corefile.get(`${clusterDnsConfig.namespace}/${clusterDnsConfig.name}`);
    const text = config?.data?.Corefile;
    if (config === undefined || text === undefined) return undefined;
    const service = await client.find(serviceKind, { namespace: memberNamespace, name: dnsService }, { signal });
    const address = service?.spec?.clusterIP;
    if (address === undefined || address === '' || address === 'None') return { againMs: absentMs };
    const wanted = withStub(text, { zone: sliceZone, servers: [address] });
    if (wanted === text) return undefined;
    const { resourceVersion } = config.metadata;
    try {
      await client.mergePatch(configMapKind, clusterDnsConfig, { metadata: { resourceVersion }, data: { Corefile: wanted } }, { signal });
      log.info('the stub zone was put into the cluster’s CoreDNS', { zone: sliceZone, server: address });
    } catch (error) {
      throw Failure.is(error, 'NotFound')
        ? new Failure('Conflict', 'The CoreDNS configuration was replaced meanwhile.', { cause: error })
        : error;
    }
    return undefined;
  },
});
