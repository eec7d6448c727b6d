import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

export type Secret = KubernetesObject & {
  readonly type?: string;
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
  /** Plain values; the server moves them into `data` and never returns them. */
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
};

export const secretKind: ResourceKind<Secret> = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
