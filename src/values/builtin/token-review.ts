import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** Asks the API server whose token this is. Created, answered at once and never stored. */
export type TokenReview = KubernetesObject & {
  readonly spec: { readonly token: string; readonly audiences?: readonly string[] };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: {
      readonly username?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
    readonly audiences?: readonly string[];
    readonly error?: string;
  };
};

export const tokenReviewKind: ResourceKind<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};
