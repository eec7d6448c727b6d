import { corednsConfigMap, kubeDnsConfigMap, otherCorefiles } from '../api/stub-block.ts';
import type { Client } from '../kubernetes/client.ts';
import { type ConfigMap, configMapKind, dnsOperatorKind, podKind, serviceKind } from '../kubernetes/kinds.ts';
import { labelSelectorOf } from '../kubernetes/label-selector.ts';
import { type DnsPrograms, dnsServices, findConfiguration } from '../plan/cluster-dns/find-configuration.ts';
import type { ClusterDns, ClusterDnsAction, OtherCorefile } from '../plan/cluster-dns/plan.ts';
import { Failure } from '../values/failure.ts';
import { objectKey } from '../values/object-key.ts';

const { namespace: system } = corednsConfigMap;

/** The result, or undefined without permission: an older installation has the rights of its version. */
const unlessForbidden = async <T>(read: Promise<T>): Promise<T | undefined> => {
  try {
    return await read;
  } catch (error) {
    if (Failure.is(error, 'Forbidden')) return undefined;
    throw error;
  }
};

/** The DNS programs of a cluster; `nameservers` are the addresses of its pods' name servers, if known. */
const findDnsPrograms = async (client: Client, nameservers: readonly string[], signal: AbortSignal): Promise<DnsPrograms> => {
  const selections = [
    { namespace: system, fieldSelector: 'metadata.name=kube-dns' },
    { labelSelector: 'app.kubernetes.io/name=coredns' },
    ...nameservers.map((address) => ({ fieldSelector: `spec.clusterIP=${address}` })),
  ];
  const lists = await Promise.all(selections.map((selection) => client.list(serviceKind, { ...selection, signal })));
  const services = dnsServices(lists.flatMap(({ items }) => items));
  const pods = await Promise.all(
    services.map(({ metadata: { namespace = '' }, spec }) =>
      client.list(podKind, { namespace, labelSelector: labelSelectorOf(spec?.selector ?? {}), signal }),
    ),
  );
  return findConfiguration(pods.flatMap(({ items }) => items));
};

/** The ConfigMaps that are read by name. */
const knownMaps: readonly string[] = [corednsConfigMap.main, corednsConfigMap.custom, kubeDnsConfigMap.name, ...otherCorefiles];

/** The ConfigMaps with a Corefile that cluster DNS reads, for somebody who may read all ConfigMaps. */
export const findCorefiles = async (client: Client, signal: AbortSignal): Promise<DnsPrograms['corefiles']> => {
  const { corefiles, maybe } = await findDnsPrograms(client, [], signal);
  const unsure = maybe.filter(({ namespace, name }) => namespace !== system || !knownMaps.includes(name));
  const maps = await Promise.all(unsure.map((place) => client.find(configMapKind, place, { signal })));
  return [...corefiles, ...unsure.filter((_, index) => maps[index]?.data?.[corednsConfigMap.key] !== undefined)];
};

/** The two ConfigMaps that are watched already. */
export type WatchedDns = Pick<ClusterDns, 'main' | 'custom'>;

/**
 * The whole DNS configuration of a cluster. Where ConfigMap kube-system/coredns has a Corefile, it reads only the caches on the nodes beside it,
 * unless `everywhere`.
 *
 * @throws Failure Forbidden with the remedy, when the configuration may not be changed.
 */
export const observeClusterDns = async (
  client: Client,
  watched: WatchedDns,
  { nameservers, everywhere }: { readonly nameservers: readonly string[]; readonly everywhere: boolean },
  signal: AbortSignal,
): Promise<ClusterDns> => {
  const find = (namespace: string, name: string): Promise<ConfigMap | undefined> =>
    client.find(configMapKind, { namespace, name }, { signal });
  const known = await Promise.all(
    otherCorefiles.map(async (configMap) => ({ namespace: system, configMap, map: await unlessForbidden(find(system, configMap)) })),
  );
  const others: OtherCorefile[] = known.flatMap(({ map, ...place }) => (map === undefined ? [] : [{ ...place, map }]));
  if (!everywhere && watched.main?.data?.[corednsConfigMap.key] !== undefined) return { ...watched, others };
  const programs = await findDnsPrograms(client, nameservers, signal);
  const named = new Set(knownMaps.map((name) => `${system}/${name}`));
  for (const place of programs.maybe.filter((one) => !named.has(objectKey(one)))) {
    // Most of what is mounted as a whole is not for us to read.
    const map = await unlessForbidden(find(place.namespace, place.name));
    if (map?.data?.[corednsConfigMap.key] !== undefined) others.push({ namespace: place.namespace, configMap: place.name, map });
  }
  for (const place of programs.corefiles.filter((one) => !named.has(objectKey(one)))) {
    const map = await find(place.namespace, place.name).catch((cause: unknown) => {
      if (!Failure.is(cause, 'Forbidden')) throw cause;
      throw new Failure(
        'Forbidden',
        `Cluster DNS reads ConfigMap ${objectKey(place)}, which the worker may not change; run "kubeslice join" again to give it the right.`,
        { cause, retry: 'terminal' },
      );
    });
    if (map !== undefined) others.push({ namespace: place.namespace, configMap: place.name, map });
  }
  const operator = await unlessForbidden(client.find(dnsOperatorKind, { name: 'default' }, { signal }));
  return {
    ...watched,
    others,
    kubeDns: { runs: programs.kubeDns, map: await unlessForbidden(find(system, kubeDnsConfigMap.name)) },
    ...(operator === undefined ? {} : { operator }),
  };
};

/** The object from which an action was decided. */
const seenBy = (dns: ClusterDns, action: ClusterDnsAction): { readonly metadata: { readonly resourceVersion?: string } } | undefined => {
  if (action.kind === 'servers') return dns.operator;
  const { configMap } = action;
  if (configMap === corednsConfigMap.custom) return dns.custom;
  if (configMap === kubeDnsConfigMap.name) return dns.kubeDns?.map;
  const namespace = action.kind === 'patch' ? action.namespace : undefined;
  return namespace === undefined
    ? dns.main
    : dns.others?.find((other) => other.namespace === namespace && other.configMap === configMap)?.map;
};

/** Carries out one change, with the version from which it was decided as precondition, because others may edit the same object. */
export const changeClusterDns = async (client: Client, dns: ClusterDns, action: ClusterDnsAction, signal: AbortSignal): Promise<void> => {
  const { resourceVersion } = seenBy(dns, action)?.metadata ?? {};
  const precondition = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
  switch (action.kind) {
    case 'servers':
      await client.mergePatch(dnsOperatorKind, { name: 'default' }, { ...precondition, spec: { servers: action.servers } }, { signal });
      return;
    case 'patch': {
      const target = { namespace: action.namespace ?? system, name: action.configMap };
      await client.mergePatch(configMapKind, target, { ...precondition, data: action.data }, { signal });
      return;
    }
    case 'create': {
      const metadata = { namespace: system, name: action.configMap, labels: action.labels };
      await client.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: action.data }, { signal });
      return;
    }
    case 'delete':
      await client.delete(configMapKind, { namespace: system, name: action.configMap }, { signal });
      return;
    default:
      action satisfies never;
  }
};
