import { isDeepStrictEqual } from 'node:util';
import type { ManagedFields } from '../../values/object.ts';
import type { Json } from './patching.ts';
import { Refused } from './refused.ts';

/**
 * Who owns which fields: writer → paths of leaves. A simplification of server-side apply: every list is one leaf (the real server merges
 * lists that its schema declares as maps or sets), and there are no types, so nothing is normalised.
 */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

/** One writer: manager, operation and, for the status, the subresource. */
export type Writer = { readonly manager: string; readonly operation: 'Apply' | 'Update'; readonly subresource?: string };

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const nameOf = (writer: Writer): string => JSON.stringify([writer.manager, writer.operation, writer.subresource ?? '']);

/** Fields without an owner: the object's identity, and the server's own fields. */
const unowned = new Set([
  'apiVersion',
  'kind',
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'managedFields'].map(
    (field) => `metadata.${field}`,
  ),
]);

/** The leaves of an object: path → value. */
const leaves = (value: Json, path: readonly string[] = [], found = new Map<string, unknown>()): Map<string, unknown> => {
  for (const [field, child] of Object.entries(value)) {
    const at = [...path, field];
    if (unowned.has(at.join('.'))) continue;
    if (isMap(child) && Object.keys(child).length > 0) leaves(child, at, found);
    else found.set(JSON.stringify(at), child);
  }
  return found;
};

/** The object after one writer applied its configuration, and the owners then. `Refused` with Conflict unless forced. */
export const applyConfiguration = (
  live: Json,
  owners: Owners,
  desired: Json,
  writer: Writer,
  force: boolean,
): { readonly object: Json; readonly owners: Owners } => {
  const wanted = leaves(desired);
  const present = leaves(live);
  const own = nameOf(writer);
  const conflicts = [...wanted].filter(
    ([path, value]) =>
      present.has(path) &&
      !isDeepStrictEqual(present.get(path), value) &&
      [...owners].some(([name, paths]) => name !== own && paths.has(path)),
  );
  if (conflicts.length > 0 && !force) {
    const fields = conflicts.map(([path]) => `.${(JSON.parse(path) as string[]).join('.')}`).join(', ');
    throw new Refused(409, 'Conflict', `Apply failed with ${conflicts.length} conflict(s): ${fields}`);
  }
  const object = structuredClone(live);
  for (const path of owners.get(own) ?? []) {
    const shared = [...owners].some(([name, paths]) => name !== own && paths.has(path));
    if (!wanted.has(path) && !shared) removeLeaf(object, JSON.parse(path) as string[]);
  }
  for (const [path, value] of wanted) setLeaf(object, JSON.parse(path) as string[], structuredClone(value));
  return { object, owners: withOwner(owners, own, new Set(wanted.keys()), new Set(conflicts.map(([path]) => path))) };
};

/** The owners after a plain write: the writer owns what it changed, and nobody owns removed fields. */
export const ownersAfterUpdate = (before: Json, after: Json, owners: Owners, writer: Writer): Owners => {
  const old = leaves(before);
  const now = leaves(after);
  const changed = new Set([...now].filter(([path, value]) => !isDeepStrictEqual(old.get(path), value)).map(([path]) => path));
  if (changed.size === 0 && old.size === now.size) return owners;
  const own = nameOf(writer);
  const kept = new Map(
    [...owners].map(([name, paths]) => [name, new Set([...paths].filter((path) => now.has(path) && (name === own || !changed.has(path))))]),
  );
  return withOwner(kept, own, new Set([...(kept.get(own) ?? []), ...changed]), new Set());
};

/** Owners as `metadata.managedFields` shows them. */
export const managedFields = (owners: Owners, apiVersion: string, time: string): readonly ManagedFields[] =>
  [...owners].map(([name, paths]) => {
    const [manager, operation, subresource] = JSON.parse(name) as [string, 'Apply' | 'Update', string];
    const fieldsV1: Json = {};
    for (const path of paths) {
      let at = fieldsV1;
      for (const field of JSON.parse(path) as string[]) at = (at[`f:${field}`] ??= {}) as Json;
    }
    return { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1, ...(subresource === '' ? {} : { subresource }) };
  });

const withOwner = (owners: Owners, own: string, paths: ReadonlySet<string>, taken: ReadonlySet<string>): Owners => {
  const others = [...owners]
    .filter(([name]) => name !== own)
    .map(([name, held]) => [name, new Set([...held].filter((path) => !taken.has(path)))] as const);
  return new Map([...others, [own, paths] as const].filter(([, held]) => held.size > 0));
};

const setLeaf = (object: Json, path: readonly string[], value: unknown): void => {
  const [field = '', ...rest] = path;
  if (rest.length === 0) {
    // A wanted empty map requires a map, not an empty one.
    if (!(isMap(value) && isMap(object[field]))) object[field] = value;
    return;
  }
  if (!isMap(object[field])) object[field] = {};
  setLeaf(object[field] as Json, rest, value);
};

const removeLeaf = (object: Json, path: readonly string[]): void => {
  const [field = '', ...rest] = path;
  const child = object[field];
  if (rest.length === 0) {
    // A map that was wanted empty may hold entries of others.
    if (!isMap(child) || Object.keys(child).length === 0) delete object[field];
  } else if (isMap(child)) {
    removeLeaf(child, rest);
    if (Object.keys(child).length === 0) delete object[field];
  }
};
