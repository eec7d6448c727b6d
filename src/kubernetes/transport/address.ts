import { Failure } from '../../values/failure.ts';
import { apiVersionOf, type ResourceKind } from '../../values/resource-kind.ts';

/** What a query string may hold; `undefined` and `''` are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A query string with its `?`, or nothing when no value is set. */
export const queryString = (query: Query): string => {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
};

/** The path of a collection: of one namespace, or of all without a namespace. */
export const collectionPath = (kind: ResourceKind, namespace?: string): string => {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`;
  const scope = kind.namespaced && namespace !== undefined && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${kind.plural}`;
};

/** The path of one object, or of one of its subresources. */
export const objectPath = (kind: ResourceKind, target: { name?: string; namespace?: string }, subresource?: string): string => {
  if (target.name === undefined || target.name === '') throw new Failure('InvalidInput', `A name is needed to address a ${kind.kind}.`);
  requireNamespace(kind, target.namespace);
  const path = `${collectionPath(kind, target.namespace)}/${encodeURIComponent(target.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
};

/** Throws `InvalidInput` when a namespaced kind has no namespace. */
export const requireNamespace = (kind: ResourceKind, namespace: string | undefined): void => {
  if (kind.namespaced && (namespace === undefined || namespace === ''))
    throw new Failure('InvalidInput', `A ${kind.kind} belongs to a namespace; name one.`);
};
