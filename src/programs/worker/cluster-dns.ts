import { sliceZone } from '../../api/places.ts';
import type { ConfigMap } from '../../kubernetes/kinds.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { watching } from '../../loop/watching.ts';
import { planClusterDns } from '../../plan/cluster-dns/plan.ts';
import { Failure } from '../../values/failure.ts';
import { changeClusterDns, observeClusterDns } from '../observe-cluster-dns.ts';
import type { LocalWorld } from './local-world.ts';
import { clusterNameservers } from './names-check.ts';

/** How often the places are looked at of which no mirror tells, in milliseconds. */
const lookAgainMs = 60_000;
const refusedMs = 10_000;

const ofMirror = (mirror: Mirror<ConfigMap>): ConfigMap | undefined => mirror.list()[0];

/** How it stands with the configuration of cluster DNS. */
export interface ClusterDnsState {
  /** Why our zone is not in it; undefined when it is. */
  refusal: string | undefined;
}

/** Nothing is known to hinder it yet. */
export const createClusterDnsState = (): ClusterDnsState => ({ refusal: undefined });

/**
 * Keeps the stub zone for exported services in the configuration of the cluster's own DNS, whoever rewrites it; the rest of it stays as it is.
 * The address is that of the DNS Service as it is now, which is another one when the Service is made anew. There is one key. A configuration that
 * cannot take the zone is left alone, and `state` says why.
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
      for (const action of planClusterDns(dns, { zone: sliceZone, servers: [address] })) {
        await changeClusterDns(client, dns, action, signal);
        const { kind, ...change } = action;
        log.info('the configuration of cluster DNS was changed', { zone: sliceZone, server: address, change: kind, ...change });
      }
      state.refusal = undefined;
      return { againMs: lookAgainMs };
    } catch (error) {
      const moved = Failure.is(error, 'AlreadyExists') || (Failure.is(error, 'NotFound') && error.status !== undefined);
      if (moved) throw new Failure('Conflict', 'The configuration of cluster DNS was replaced meanwhile.', { cause: error });
      // Somebody has to do something about these; what a conflict or an outage stops is tried again by the queue.
      const refused = Failure.is(error) && (error.retry === 'terminal' || Failure.is(error, 'Forbidden') || Failure.is(error, 'NotFound'));
      if (!refused) throw error;
      if (state.refusal !== error.message) log.warn('the zone could not be added to cluster DNS', { error });
      state.refusal = error.message;
      return { againMs: refusedMs };
    }
  },
});
