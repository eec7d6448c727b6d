import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** A range of service addresses of a cluster (KEP-1880). */
export type ServiceCidr = KubernetesObject & { readonly spec?: { readonly cidrs?: readonly string[] } };

export const serviceCidrKind: ResourceKind<ServiceCidr> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
};
