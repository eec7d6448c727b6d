import { corednsConfigMap } from '../../api/stub-block.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** The DNS programs of a cluster, and what they read. */
export interface DnsPrograms {
  /** ConfigMaps with a Corefile. */
  readonly corefiles: readonly Place[];
  /** ConfigMaps that are mounted as a whole, so that they must be read to find whether they have one. */
  readonly maybe: readonly Place[];
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

/** The Deployments of cluster DNS, by the labels that distributions give their pods. */
export const dnsDeployments = (deployments: readonly Deployment[]): readonly Deployment[] =>
  deployments.filter(({ metadata, spec }) => {
    const labels = spec?.template.metadata?.labels ?? {};
    const isNamed = labels['k8s-app'] === 'kube-dns' || labels['k8s-app'] === 'coredns';
    return (isNamed && metadata.namespace === corednsConfigMap.namespace) || labels['app.kubernetes.io/name'] === 'coredns';
  });

/** Each place once, sorted, so that equal pods give equal results. */
const placesOf = (keys: readonly string[]): readonly Place[] =>
  [...new Set(keys)].toSorted().map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return { namespace, name };
  });

/**
 * The configuration that the pods behind cluster DNS read, under any name: the ConfigMaps from which they mount a Corefile, those that they mount as
 * a whole, and kube-dns by the name of its container.
 */
export const findConfiguration = (pods: readonly Pod[]): DnsPrograms => {
  const mounted = pods.flatMap(({ metadata: { namespace = '' }, spec }) =>
    (spec?.volumes ?? []).flatMap(({ configMap }) =>
      configMap === undefined ? [] : [{ key: `${namespace}/${configMap.name}`, items: configMap.items }],
    ),
  );
  const named = mounted.filter(({ items }) => items?.some(({ key }) => key === corednsConfigMap.key) === true).map(({ key }) => key);
  const whole = mounted.filter(({ key, items }) => (items ?? []).length === 0 && !named.includes(key)).map(({ key }) => key);
  return {
    corefiles: placesOf(named),
    maybe: placesOf(whole),
    kubeDns: pods.some(({ spec }) => spec?.containers.some(({ name }) => name === 'kubedns') === true),
  };
};
