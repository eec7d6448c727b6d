import { clustersetZone, sliceZone } from '../../../api/places.ts';
import type { ConfigMap } from '../../../kubernetes/kinds.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';
import { watching } from '../../../loop/watching.ts';
import { planClusterDns } from '../../../plan/cluster-dns/plan.ts';
import { Failure } from '../../../values/failure.ts';
import { changeClusterDns, observeClusterDns } from '../../observe-cluster-dns.ts';
import type { LocalWorld } from './local-world.ts';
import { clusterNameservers } from './names-check.ts';

/** How often the places without a mirror are read, in milliseconds. */
const lookAgainMs = 60_000;
const refusedMs = 10_000;

const ofMirror = (mirror: Mirror<ConfigMap>): ConfigMap | undefined => mirror.list()[0];

/** The state of the configuration of cluster DNS. */
export interface ClusterDnsState {
  /** Why it does not contain our zone; undefined when it does. */
  refusal: string | undefined;
}

/** A state without a known refusal. */
export const createClusterDnsState = (): ClusterDnsState => ({ refusal: undefined });

/**
 * Keeps the stub zone for exported services in the configuration of the cluster's own DNS, whatever rewrites it; the rest stays unchanged. The
 * address is the current one of the DNS Service, which changes when the Service is created again. There is one key. A configuration that cannot
 * contain the zone is left alone, and `state` contains the reason.
 */
export const clusterDns = ({ client, corefile, customCorefile, dnsService, log }: LocalWorld, state: ClusterDnsState) => ({
  name: 'cluster-dns',
  watches: [corefile, customCorefile, dnsService].map((mirror) => watching<unknown>(mirror, () => ['coredns'])),
  reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
    const address = dnsService.list()[0]?.spec?.clusterIP;
    if (address === undefined || address === '' || address === 'None') return undefined;
    const watched = { main: ofMirror(corefile), custom: ofMirror(customCorefile) };
    try {
      const dns = await observeClusterDns(client, watched, { nameservers: clusterNameservers(), everywhere: false }, signal);
      for (const action of planClusterDns(dns, { zone: sliceZone, also: clustersetZone, servers: [address] })) {
        await changeClusterDns(client, dns, action, signal);
        const { kind, ...change } = action;
        log.info('the configuration of cluster DNS was changed', { zone: sliceZone, server: address, change: kind, ...change });
      }
      state.refusal = undefined;
      return { againMs: lookAgainMs };
    } catch (error) {
      const moved = Failure.is(error, 'AlreadyExists') || (Failure.is(error, 'NotFound') && error.status !== undefined);
      if (moved) throw new Failure('Conflict', 'The configuration of cluster DNS was replaced meanwhile.', { cause: error });
      // These need an action of a person; after a conflict or an outage the queue retries.
      const refused = Failure.is(error) && (error.retry === 'terminal' || Failure.is(error, 'Forbidden') || Failure.is(error, 'NotFound'));
      if (!refused) throw error;
      if (state.refusal !== error.message) log.warn('the zone could not be added to cluster DNS', { error });
      state.refusal = error.message;
      return { againMs: refusedMs };
    }
  },
});
