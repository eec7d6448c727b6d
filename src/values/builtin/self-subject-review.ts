import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** Asks the API server who the caller is. Created, answered at once and never stored. */
export type SelfSubjectReview = KubernetesObject & { readonly status?: { readonly userInfo?: { readonly username?: string } } };

export const selfSubjectReviewKind: ResourceKind<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
};
