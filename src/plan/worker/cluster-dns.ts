import { managedBy, managedByLabel } from '../../api/labels.ts';
import { corednsConfigMap, stubKey } from '../../api/stub-block.ts';
import { Failure } from '../../values/failure.ts';
import { foreignStub, type StubZone, withoutStub, withStub } from './corefile.ts';
import { readCorefile } from './corefile-blocks.ts';

/** A ConfigMap as far as cluster DNS is concerned. */
export type DnsConfigMap = {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
};

/** The configuration of cluster DNS as it is, both ConfigMaps in one namespace; undefined for one that does not exist. */
export type ClusterDns = {
  readonly main: DnsConfigMap | undefined;
  readonly custom: DnsConfigMap | undefined;
};

/** One write: keys to set, `null` to remove (a JSON merge patch of `data`), or the whole ConfigMap made or deleted. */
export type ClusterDnsAction =
  | { readonly kind: 'patch'; readonly configMap: string; readonly data: Readonly<Record<string, string | null>> }
  | {
      readonly kind: 'create';
      readonly configMap: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly data: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'delete'; readonly configMap: string };

/** Distributions that reset the main Corefile leave an import: `import custom/*.server` (AKS, Gardener), `import /etc/coredns/custom/*.server` (k3s). */
const takesServers = (corefile: string): boolean => readCorefile(corefile).imports.some((pattern) => pattern.endsWith('/*.server'));

/**
 * How cluster DNS is brought to hand on our zone, or, without a stub, to forget it. Everything that is not ours stays byte for byte; when
 * all is as wanted, nothing is done.
 *
 *     Corefile                              stub      coredns                 coredns-custom
 *     ────────────────────────────────────  ────────  ──────────────────────  ─────────────────────────────────
 *     has no import of `*.server`           wanted    block set in Corefile   key removed, ours deleted if empty
 *     has one                               wanted    block taken out         key set, ConfigMap made if absent
 *     any                                   unwanted  block taken out         key removed, ours deleted if empty
 *     absent                                wanted    refused: NotFound
 *     somebody else serves the zone         wanted    refused: InvalidInput
 */
export const planClusterDns = ({ main, custom }: ClusterDns, stub: StubZone | undefined): readonly ClusterDnsAction[] => {
  const corefile = main?.data?.[corednsConfigMap.key];
  if (corefile === undefined) {
    if (stub === undefined) return forgetCustom(custom);
    throw new Failure(
      'NotFound',
      `There is no ConfigMap ${corednsConfigMap.namespace}/${corednsConfigMap.main} with a Corefile, so the zone ${stub.zone} cannot be added to cluster DNS; forward that zone to Service kubeslice-system/kubeslice-dns by hand.`,
    );
  }
  if (stub === undefined) return [...patchMain(corefile, withoutStub(corefile)), ...forgetCustom(custom)];
  if (!takesServers(corefile)) return [...patchMain(corefile, withStub(corefile, stub)), ...forgetCustom(custom)];

  const others = [
    ['Corefile', corefile] as const,
    ...Object.entries(custom?.data ?? {}).filter(([key]) => key.endsWith('.server') && key !== stubKey),
  ];
  for (const [key, text] of others) {
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
