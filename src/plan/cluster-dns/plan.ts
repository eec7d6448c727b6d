import { managedBy, managedByLabel } from '../../api/labels.ts';
import { sliceZone } from '../../api/places.ts';
import { corednsConfigMap, kubeDnsConfigMap, stubKey } from '../../api/stub-block.ts';
import type { DnsOperator, DnsServer } from '../../values/builtin/dns-operator.ts';
import { Failure } from '../../values/failure.ts';
import { foreignStub, type StubZone, servesZone, withoutStub, withStub } from './corefile.ts';
import { readCorefile } from './corefile-blocks.ts';
import { operatorForwards, planServers } from './dns-operator.ts';
import { forwardsZone, withoutStubDomain, withStubDomain } from './stub-domains.ts';

/** The parts of a ConfigMap that concern cluster DNS. */
export type DnsConfigMap = {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>>; readonly resourceVersion?: string };
  readonly data?: Readonly<Record<string, string>>;
};

/** A ConfigMap with a Corefile in an unusual place. */
export type OtherCorefile = { readonly namespace: string; readonly configMap: string; readonly map: DnsConfigMap };

/** The current configuration of cluster DNS; undefined for what does not exist. */
export type ClusterDns = {
  /** ConfigMap kube-system/coredns. */
  readonly main: DnsConfigMap | undefined;
  /** ConfigMap kube-system/coredns-custom. */
  readonly custom: DnsConfigMap | undefined;
  /** Further ConfigMaps with a Corefile. */
  readonly others?: readonly OtherCorefile[];
  /** ConfigMap kube-system/kube-dns, and whether kube-dns runs: the ConfigMap is optional. */
  readonly kubeDns?: { readonly runs: boolean; readonly map: DnsConfigMap | undefined };
  /** OpenShift's DNS operator configuration. */
  readonly operator?: DnsOperator;
};

/**
 * One write: keys to set, `null` to remove (a JSON merge patch of `data`), the whole ConfigMap created or deleted, or the servers of the DNS
 * operator. The default namespace is kube-system.
 */
export type ClusterDnsAction =
  | { readonly kind: 'servers'; readonly servers: readonly DnsServer[] | null }
  | {
      readonly kind: 'patch';
      readonly namespace?: string;
      readonly configMap: string;
      readonly data: Readonly<Record<string, string | null>>;
    }
  | {
      readonly kind: 'create';
      readonly configMap: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly data: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'delete'; readonly configMap: string };

/**
 * Distributions that reset the main Corefile provide an import: `import custom/*.server` (AKS, Gardener), `import /etc/coredns/custom/*.server`
 * (k3s).
 */
const takesServers = (corefile: string): boolean => readCorefile(corefile).imports.some((pattern) => pattern.endsWith('/*.server'));

/** The lines of a Corefile with which an administrator forwards our zone by hand. */
export const corefileLines = ({ zone, servers }: StubZone): readonly string[] => [
  `${zone}:53 {`,
  '    errors',
  `    forward . ${servers.join(' ')}`,
  '}',
];

/** The same for the `stubDomains` of kube-dns. */
export const stubDomainsLine = ({ zone, servers }: StubZone): string => `{"${zone}": ${JSON.stringify(servers)}}`;

const byHand = (stub: StubZone): string =>
  `in a Corefile\n${corefileLines(stub).join('\n')}\nor in the stubDomains of kube-dns\n${stubDomainsLine(stub)}`;

/**
 * The writes that make cluster DNS forward our zone, or, without a stub, stop it. Everything else stays byte for byte; a correct configuration needs
 * no write.
 *
 *     found                                          stub      what is written
 *     ─────────────────────────────────────────────  ────────  ──────────────────────────────────────────────────────
 *     coredns, without an import of `*.server`       wanted    block set in its Corefile; our key of coredns-custom removed
 *     coredns, with one (k3s, AKS, Gardener)         wanted    key of coredns-custom, created if absent; block removed
 *     another Corefile (RKE2, Helm, NodeLocal)       wanted    block set in it
 *     kube-dns runs (GKE)                            wanted    entry of its stubDomains, ConfigMap made if absent
 *     DNS operator (OpenShift)                       wanted    entry of its servers
 *     any of them                                    unwanted  removed; what is then empty and was made by us is deleted
 *     none of them                                   wanted    refused: NotFound, with the lines to add by hand
 *     another block serves the zone                  wanted    refused: InvalidInput
 *     something else serves the second zone          wanted    written without the second zone
 */
export const planClusterDns = (seen: ClusterDns, asked: StubZone | undefined): readonly ClusterDnsAction[] => {
  const { main, custom, others = [], kubeDns, operator } = seen;
  const stub = asked === undefined ? undefined : withFreeZones(seen, asked);
  const actions = [
    ...planMain(main?.data?.[corednsConfigMap.key], custom, stub),
    ...others.flatMap((other) => planOther(other, stub)),
    ...planKubeDns(kubeDns, stub),
    ...planOperator(operator, stub),
  ];
  const found = [main, ...others.map(({ map }) => map)].some((map) => map?.data?.[corednsConfigMap.key] !== undefined);
  if (stub !== undefined && !found && kubeDns?.runs !== true && operator === undefined) {
    throw new Failure('NotFound', `No configuration of cluster DNS was found that can be extended; add by hand: ${byHand(stub)}`);
  }
  return actions;
};

/** The stub without its second zone, if any part of cluster DNS serves that without us. */
const withFreeZones = ({ main, custom, others = [], kubeDns, operator }: ClusterDns, stub: StubZone): StubZone => {
  const { also } = stub;
  if (also === undefined) return stub;
  const corefiles = [
    ...[main, ...others.map(({ map }) => map)].flatMap((map) => map?.data?.[corednsConfigMap.key] ?? []),
    ...Object.entries(custom?.data ?? {}).flatMap(([key, text]) => (key === stubKey ? [] : [text])),
  ];
  const isServed =
    corefiles.some((text) => servesZone(text, also)) ||
    forwardsZone(kubeDns?.map?.data?.[kubeDnsConfigMap.key], also, stub.zone) ||
    (operator !== undefined && operatorForwards(operator, also));
  return isServed ? { ...stub, also: undefined } : stub;
};

const planOther = ({ namespace, configMap, map }: OtherCorefile, stub: StubZone | undefined): ClusterDnsAction[] => {
  const corefile = map.data?.[corednsConfigMap.key];
  if (corefile === undefined) return [];
  const wanted = stub === undefined ? withoutStub(corefile) : withStub(corefile, stub);
  return wanted === corefile ? [] : [{ kind: 'patch', namespace, configMap, data: { [corednsConfigMap.key]: wanted } }];
};

const planOperator = (operator: DnsOperator | undefined, stub: StubZone | undefined): ClusterDnsAction[] => {
  const servers = operator === undefined ? undefined : planServers(operator, stub);
  return servers === undefined ? [] : [{ kind: 'servers', servers }];
};

const planKubeDns = (kubeDns: ClusterDns['kubeDns'], stub: StubZone | undefined): ClusterDnsAction[] => {
  const { name: configMap, key } = kubeDnsConfigMap;
  const seen = kubeDns?.map?.data?.[key];
  if (stub !== undefined && kubeDns?.runs === true) {
    const data = { [key]: withStubDomain(seen, stub) };
    if (kubeDns.map === undefined) return [{ kind: 'create', configMap, labels: { [managedByLabel]: managedBy }, data }];
    return data[key] === seen ? [] : [{ kind: 'patch', configMap, data }];
  }
  // Also when CoreDNS has replaced kube-dns since.
  const rest = withoutStubDomain(seen, sliceZone);
  if (kubeDns?.map === undefined || rest === seen) return [];
  const isOurs = kubeDns.map.metadata.labels?.[managedByLabel] === managedBy && Object.keys(kubeDns.map.data ?? {}).length === 1;
  return rest === undefined && isOurs ? [{ kind: 'delete', configMap }] : [{ kind: 'patch', configMap, data: { [key]: rest ?? null } }];
};

const planMain = (
  corefile: string | undefined,
  custom: DnsConfigMap | undefined,
  stub: StubZone | undefined,
): readonly ClusterDnsAction[] => {
  if (corefile === undefined) return forgetCustom(custom);
  if (stub === undefined) return [...patchMain(corefile, withoutStub(corefile)), ...forgetCustom(custom)];
  if (!takesServers(corefile)) return [...patchMain(corefile, withStub(corefile, stub)), ...forgetCustom(custom)];

  const texts = [
    ['Corefile', corefile] as const,
    ...Object.entries(custom?.data ?? {}).filter(([key]) => key.endsWith('.server') && key !== stubKey),
  ];
  for (const [key, text] of texts) {
    const foreign = foreignStub(text, stub.zone);
    if (foreign !== undefined) {
      throw new Failure(
        'InvalidInput',
        `The cluster's CoreDNS configuration already has a server block "${foreign}" of its own in ${key}; remove it, and KubeSlice will serve ${stub.zone} there.`,
      );
    }
  }
  const wanted = withStub('', stub, corefile);
  const data = { [stubKey]: wanted };
  const inCustom: ClusterDnsAction[] =
    custom === undefined
      ? [{ kind: 'create', configMap: corednsConfigMap.custom, labels: { [managedByLabel]: managedBy }, data }]
      : custom.data?.[stubKey] === wanted
        ? []
        : [{ kind: 'patch', configMap: corednsConfigMap.custom, data }];
  return [...patchMain(corefile, withoutStub(corefile)), ...inCustom];
};

const patchMain = (seen: string, wanted: string): ClusterDnsAction[] =>
  seen === wanted ? [] : [{ kind: 'patch', configMap: corednsConfigMap.main, data: { [corednsConfigMap.key]: wanted } }];

const forgetCustom = (custom: DnsConfigMap | undefined): ClusterDnsAction[] => {
  const keys = Object.keys(custom?.data ?? {});
  if (!keys.includes(stubKey)) return [];
  return keys.length === 1 && custom?.metadata.labels?.[managedByLabel] === managedBy
    ? [{ kind: 'delete', configMap: corednsConfigMap.custom }]
    : [{ kind: 'patch', configMap: corednsConfigMap.custom, data: { [stubKey]: null } }];
};
