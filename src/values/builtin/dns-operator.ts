import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** One entry of `spec.servers`: zones that are forwarded to other servers. */
export type DnsServer = {
  readonly name: string;
  readonly zones?: readonly string[];
  readonly forwardPlugin?: { readonly upstreams?: readonly string[] };
};

/** The configuration of a cluster's DNS in OpenShift. */
export type DnsOperator = KubernetesObject & { readonly spec?: { readonly servers?: readonly DnsServer[] } };

export const dnsOperatorKind: ResourceKind<DnsOperator> = {
  group: 'operator.openshift.io',
  version: 'v1',
  kind: 'DNS',
  plural: 'dnses',
  namespaced: false,
};
