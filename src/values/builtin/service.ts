import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type ServicePort = {
  readonly name?: string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  /** A port number, or the name of a container port. */
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
  readonly nodePort?: number;
};

export type Service = KubernetesObject & {
  readonly spec?: {
    readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly sessionAffinity?: 'None' | 'ClientIP';
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
    readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
    readonly publishNotReadyAddresses?: boolean;
    readonly internalTrafficPolicy?: string;
    readonly trafficDistribution?: string;
  };
  readonly status?: Readonly<Record<string, unknown>>;
};

export const serviceKind: ResourceKind<Service> = { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true };
