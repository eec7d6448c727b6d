import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** Asks the API server whether a user may do something. Created, answered at once and never stored. */
export type SubjectAccessReview = KubernetesObject & {
  readonly spec: {
    readonly user?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
    readonly nonResourceAttributes?: { readonly path: string; readonly verb: string };
    readonly resourceAttributes?: {
      readonly group?: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly verb: string;
      readonly namespace?: string;
      readonly name?: string;
    };
  };
  readonly status?: { readonly allowed?: boolean; readonly reason?: string };
};

export const subjectAccessReviewKind: ResourceKind<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
};
