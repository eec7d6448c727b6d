import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type ServiceAccount = KubernetesObject & { readonly automountServiceAccountToken?: boolean };

export const serviceAccountKind: ResourceKind<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

/** Body and answer of `createSubresource(serviceAccountKind, …, 'token', …)`. */
export type TokenRequest = {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'TokenRequest';
  readonly spec: {
    readonly audiences?: readonly string[];
    /** At least 600; the server may shorten it. */
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid?: string };
  };
  readonly status?: { readonly token: string; readonly expirationTimestamp: string };
};
