import type { KubernetesObject } from './object.ts';

/**
 * Where a kind of object is found in a Kubernetes API: everything a client needs to build its address.
 *
 * `T` is the type of the objects; it exists only for the compiler (`object` is never set), so that
 * `client.get(podKind, …)` returns a `Pod`.
 */
export type ResourceKind<T extends KubernetesObject = KubernetesObject> = {
  /** API group, `''` for the core group. */
  readonly group: string;
  readonly version: string;
  /** The singular name in objects, such as `Slice`. */
  readonly kind: string;
  /** The lower-case plural in addresses, such as `slices`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Lists and watches return only the metadata of objects. */
  readonly metadataOnly?: true;
  /** Never set: carries the object type. */
  readonly object?: T;
};

/** The `apiVersion` of objects of a kind: `v1` for the core group, `group/version` otherwise. */
export const apiVersionOf = ({ group, version }: Pick<ResourceKind, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** The same kind with metadata only: lists and watches then cost the server and the reader a fraction where specs are large. */
export const metadataOf = (kind: ResourceKind): ResourceKind => {
  const { object: _, ...place } = kind;
  return { ...place, metadataOnly: true };
};
