import type { ObjectMeta } from './object.ts';

/** Name and, for namespaced kinds, namespace: they identify an object of a known kind until it is deleted. */
export type ObjectName = { readonly name: string; readonly namespace?: string };

/** `namespace/name`, or `name` alone for cluster-scoped objects: the key of mirrors and of queues. */
export const objectKey = ({ name, namespace }: ObjectName | ObjectMeta): string =>
  namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;

/** The name and namespace in a key; the inverse of `objectKey`. */
export const parseObjectKey = (key: string): ObjectName => {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};
