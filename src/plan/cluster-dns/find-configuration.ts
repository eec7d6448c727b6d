import { corednsConfigMap } from '../../api/stub-block.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';

/** The DNS programs of a cluster, and what they read. */
export interface DnsPrograms {
  /** ConfigMaps with a Corefile. */
  readonly corefiles: readonly { readonly namespace: string; readonly name: string }[];
  /** Whether kube-dns runs, which reads ConfigMap kube-system/kube-dns. */
  readonly kubeDns: boolean;
}

/** The Services that serve DNS: with port 53 and a selector. Duplicates are removed. */
export const dnsServices = (services: readonly Service[]): readonly Service[] => [
  ...new Map(
    services
      .filter(({ spec }) => spec?.ports?.some(({ port }) => port === 53) === true && Object.keys(spec.selector ?? {}).length > 0)
      .map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
  ).values(),
];

/**
 * The configuration that the pods behind cluster DNS read, under any name: the ConfigMaps from which they mount a Corefile, and kube-dns by the name
 * of its container. Sorted, so that equal pods give equal results.
 */
export const findConfiguration = (pods: readonly Pod[]): DnsPrograms => {
  const names = pods.flatMap(({ metadata: { namespace = '' }, spec }) =>
    (spec?.volumes ?? []).flatMap(({ configMap }) =>
      configMap?.items?.some(({ key }) => key === corednsConfigMap.key) === true ? [`${namespace}/${configMap.name}`] : [],
    ),
  );
  return {
    corefiles: [...new Set(names)].toSorted().map((key) => {
      const [namespace = '', name = ''] = key.split('/');
      return { namespace, name };
    }),
    kubeDns: pods.some(({ spec }) => spec?.containers.some(({ name }) => name === 'kubedns') === true),
  };
};
