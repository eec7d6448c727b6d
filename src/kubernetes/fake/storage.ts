import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject, ObjectMeta } from '../../values/object.ts';
import { objectKey } from '../../values/object-key.ts';
import { apiVersionOf, type ResourceKind } from '../../values/resource-kind.ts';
import { managedFields, type Owners, ownersAfterUpdate, type Writer } from './ownership.ts';
import { type Json, without } from './patching.ts';
import { Refused } from './refused.ts';

/** A change in the order in which it was stored. */
export type Stored = {
  readonly version: number;
  readonly kind: ResourceKind;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  readonly previous: KubernetesObject | undefined;
};

type Entry = { readonly object: KubernetesObject; readonly owners: Owners };

/** The objects behind the fake server: one version counter, the history since the last compaction, and its listeners. */
export type Storage = {
  readonly version: number;
  /** A watch can no longer start from versions up to this one. */
  readonly compacted: number;
  readonly history: readonly Stored[];
  find(kind: ResourceKind, key: string): KubernetesObject | undefined;
  ownersOf(kind: ResourceKind, key: string): Owners;
  list(kind: ResourceKind): readonly KubernetesObject[];
  create(kind: ResourceKind, object: KubernetesObject, writer: Writer, owners?: Owners): KubernetesObject;
  /** Replaces the whole object, or, for a writer of the status subresource, only the status; `owners` if apply computed them. */
  replace(kind: ResourceKind, object: KubernetesObject, writer: Writer, owners?: Owners): KubernetesObject;
  remove(kind: ResourceKind, key: string, preconditions: { readonly uid?: string; readonly resourceVersion?: string }): KubernetesObject;
  listen(listener: (change: Stored) => void): () => void;
  compact(): void;
};

/** An empty storage; `now` supplies creation and deletion times in milliseconds. */
export const createStorage = (now: () => number): Storage => {
  const kinds = new Map<string, Map<string, Entry>>();
  const listeners = new Set<(change: Stored) => void>();
  let history: Stored[] = [];
  let version = 100;
  let compacted = 0;
  let uids = 0;

  const entries = (kind: ResourceKind): Map<string, Entry> => {
    const name = `${kind.group}/${kind.plural}`;
    const map = kinds.get(name) ?? new Map<string, Entry>();
    kinds.set(name, map);
    return map;
  };
  const time = (): string => new Date(Math.floor(now() / 1000) * 1000).toISOString().replace('.000Z', 'Z');

  const commit = (kind: ResourceKind, type: Stored['type'], object: KubernetesObject, owners: Owners): KubernetesObject => {
    version += 1;
    const key = objectKey(object.metadata);
    const previous = entries(kind).get(key)?.object;
    const metadata = {
      ...withoutEmpty(object.metadata),
      resourceVersion: String(version),
      managedFields: managedFields(owners, apiVersionOf(kind), time()),
    };
    const stored = { ...object, metadata };
    if (type === 'DELETED') entries(kind).delete(key);
    else entries(kind).set(key, { object: stored, owners });
    const change = { version, kind, type, object: stored, previous };
    history.push(change);
    for (const listener of listeners) listener(change);
    return stored;
  };

  const existing = (kind: ResourceKind, key: string): Entry => {
    const entry = entries(kind).get(key);
    if (entry === undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${key}" not found`);
    return entry;
  };

  const conflict = (kind: ResourceKind, key: string, message: string): Refused =>
    new Refused(409, 'Conflict', `Operation cannot be fulfilled on ${kind.plural} "${key}": ${message}`);

  return {
    get version() {
      return version;
    },
    get compacted() {
      return compacted;
    },
    get history() {
      return history;
    },
    find: (kind, key) => entries(kind).get(key)?.object,
    ownersOf: (kind, key) => entries(kind).get(key)?.owners ?? new Map(),
    list: (kind) => [...entries(kind)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { object }]) => object),
    create: (kind, object, writer, owners) => {
      const { status: _, ...rest } = object as KubernetesObject & Json;
      const { generateName, ...given } = object.metadata as ObjectMeta & { readonly generateName?: string };
      uids += 1;
      const name = given.name === undefined && generateName !== undefined ? generateName + uids.toString(36).padStart(5, '0') : given.name;
      if (name === undefined || name === '') throw new Refused(422, 'Invalid', `${kind.kind} "" is invalid: metadata.name: Required value`);
      const key = objectKey({ ...given, name });
      if (entries(kind).has(key)) throw new Refused(409, 'AlreadyExists', `${kind.plural} "${key}" already exists`);
      const uid = `00000000-0000-4000-8000-${uids.toString(16).padStart(12, '0')}`;
      const metadata = { ...given, name, uid, generation: 1, creationTimestamp: time() };
      const made = { ...rest, metadata };
      return commit(kind, 'ADDED', made, owners ?? ownersAfterUpdate({}, made, new Map(), writer));
    },
    replace: (kind, object, writer, owners) => {
      const key = objectKey(object.metadata);
      const { object: live, owners: before } = existing(kind, key);
      const { uid, resourceVersion } = object.metadata;
      if (uid !== undefined && uid !== live.metadata.uid)
        throw conflict(kind, key, `the UID in the precondition (${uid}) does not match ${live.metadata.uid}`);
      if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion)
        throw conflict(kind, key, 'the object has been modified; please apply your changes to the latest version and try again');
      const next = withServerFields(live, object, writer.subresource === 'status');
      const after = owners ?? ownersAfterUpdate(live, next, before, writer);
      if (sameContent(live, next) && isDeepStrictEqual(before, after)) return live;
      if (next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0)
        return commit(kind, 'DELETED', next, after);
      return commit(kind, 'MODIFIED', next, after);
    },
    remove: (kind, key, { uid, resourceVersion }) => {
      const { object, owners } = existing(kind, key);
      if (
        (uid !== undefined && uid !== object.metadata.uid) ||
        (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion)
      )
        throw conflict(kind, key, 'the precondition does not match the stored object');
      if ((object.metadata.finalizers ?? []).length === 0) return commit(kind, 'DELETED', object, owners);
      if (object.metadata.deletionTimestamp !== undefined) return object;
      const metadata = { ...object.metadata, deletionTimestamp: time(), deletionGracePeriodSeconds: 0 };
      return commit(kind, 'MODIFIED', { ...object, metadata }, owners);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    compact: () => {
      compacted = version;
      history = [];
    },
  };
};

/** The stored values of what a writer may not change; the generation grows when anything but metadata and status differs. */
const withServerFields = (live: KubernetesObject, given: KubernetesObject, statusOnly: boolean): KubernetesObject => {
  const { status: givenStatus, ...body } = given as KubernetesObject & Json;
  const { status: liveStatus, ...liveBody } = live as KubernetesObject & Json;
  const status = statusOnly ? givenStatus : liveStatus;
  const { uid, creationTimestamp, deletionTimestamp, generation = 1 } = live.metadata;
  const content = statusOnly ? liveBody : body;
  const grown = !isDeepStrictEqual(withoutMetadata(liveBody), withoutMetadata(content));
  const metadata = without(statusOnly ? live.metadata : given.metadata, 'deletionTimestamp');
  return {
    ...content,
    ...(status === undefined ? {} : { status }),
    metadata: {
      ...metadata,
      ...(uid === undefined ? {} : { uid }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      generation: grown ? generation + 1 : generation,
    },
  };
};

const withoutMetadata = (object: Json): Json => without(object, 'metadata');

const sameContent = (a: KubernetesObject, b: KubernetesObject): boolean => {
  const plain = (object: KubernetesObject): object => ({
    ...object,
    metadata: without(object.metadata, 'resourceVersion', 'managedFields'),
  });
  return isDeepStrictEqual(plain(a), plain(b));
};

/** Metadata as the real server stores it: empty maps and lists are dropped. */
const withoutEmpty = (metadata: ObjectMeta): ObjectMeta => {
  const empty = (['labels', 'annotations', 'finalizers', 'ownerReferences'] as const).filter(
    (field) => Object.keys(metadata[field] ?? {}).length === 0,
  );
  return { ...without(metadata, ...empty), name: metadata.name };
};
