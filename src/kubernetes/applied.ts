import type { KubernetesObject, ManagedFields } from '../values/object.ts';

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether applying `desired` again as `manager` would change nothing. It compares with a stored object that kept the `managedFields` of that manager:
 * every wanted field has its value, and the manager owns no unwanted field. Fields that the server added or others own do not count. In doubt it
 * returns false, because applying is harmless.
 */
export const isApplied = (desired: KubernetesObject, seen: KubernetesObject, manager: string): boolean => {
  const owned = ownedBy(seen.metadata.managedFields, manager);
  const { name: _, namespace: __, managedFields: ___, resourceVersion: ____, ...metadata } = desired.metadata;
  const wanted = { ...desired, apiVersion: undefined, kind: undefined, metadata };
  return owned !== undefined && contains(seen, wanted, owned) && covers(wanted, owned);
};

const ownedBy = (managedFields: readonly ManagedFields[] | undefined, manager: string): Tree | undefined =>
  managedFields?.find((entry) => entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined)?.fieldsV1;

/** Lists that several writers share by entry; every other list has one owner and must be equal in length and order. */
const sharedLists: ReadonlySet<string> = new Set(['finalizers', 'ownerReferences']);

/**
 * Every wanted value is present. Maps may hold more, because the server fills in defaults. An empty map or list may be missing, because the server
 * drops some of them: then it counts if the manager owns it, or if ownership is unknown (`owned` is undefined).
 */
const contains = (actual: unknown, wanted: unknown, owned: Tree | undefined, field = ''): boolean => {
  if (wanted === undefined) return true;
  if (actual === undefined && isEmpty(wanted)) return owned === undefined || `f:${field}` in owned;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual)) return false;
    if (sharedLists.has(field)) return wanted.every((item) => actual.some((other) => contains(other, item, undefined)));
    return actual.length === wanted.length && wanted.every((item, index) => contains(actual[index], item, undefined));
  }
  if (!isTree(wanted)) return actual === wanted;
  const below = field === '' ? owned : treeAt(owned, field);
  return isTree(actual) && Object.entries(wanted).every(([name, value]) => contains(actual[name], value, below, name));
};

const isEmpty = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : isTree(value) && Object.keys(value).length === 0);

/** The part of the ownership tree below a field; unknown below metadata, where the server drops empty values. */
const treeAt = (owned: Tree | undefined, field: string): Tree | undefined => {
  if (owned === undefined || field === 'metadata') return undefined;
  const below = owned[`f:${field}`];
  return isTree(below) ? below : {};
};

/** Every owned field is among the wanted ones. The tree names map fields (`f:`), list entries by key (`k:`) and by value (`v:`). */
const covers = (wanted: unknown, owned: Tree): boolean =>
  Object.entries(owned).every(([path, below]) => {
    if (path === '.') return true;
    const rest = isTree(below) ? below : {};
    const name = path.slice(2);
    if (path.startsWith('f:')) return isTree(wanted) && wanted[name] !== undefined && covers(wanted[name], rest);
    if (!Array.isArray(wanted)) return false;
    const key: unknown = JSON.parse(name);
    if (path.startsWith('v:')) return wanted.includes(key);
    return path.startsWith('k:') && wanted.some((item) => isTree(key) && isTree(item) && hasKey(item, key) && covers(item, rest));
  });

/** A key field that the entry leaves at its default (such as `protocol: TCP`) matches. */
const hasKey = (item: Tree, key: Tree): boolean =>
  Object.entries(key).every(([field, value]) => item[field] === undefined || item[field] === value);
