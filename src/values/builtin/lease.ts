import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type Lease = KubernetesObject & {
  readonly spec?: {
    /** Empty or absent while the lease is free. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds, as is `renewTime`. */
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
};

export const leaseKind: ResourceKind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
