import type { KubernetesObject } from '../values/object.ts';
import { objectKey } from '../values/object-key.ts';

/** The values under which an index finds an object, for example the node of a pod. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Objects by key and by named indexes. */
export type Store<T> = {
  get(key: string): T | undefined;
  /** All objects, in no particular order. The array stays the same until something changes. */
  list(): readonly T[];
  /** The objects under a value of an index; empty for a value that no object has. */
  byIndex(index: string, value: string): readonly T[];
  set(object: T): void;
  delete(key: string): void;
  readonly size: number;
};

/** An empty store with the given indexes. */
export const createStore = <T extends KubernetesObject>(indexes: Readonly<Record<string, IndexFunction<T>>>): Store<T> => {
  const objects = new Map<string, T>();
  const found = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Map<string, T>>()]));
  let all: readonly T[] | undefined;

  const unindex = (key: string, object: T): void => {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      const index = found.get(name);
      for (const value of valuesOf(object)) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index?.delete(value);
      }
    }
  };

  const enter = (key: string, object: T): void => {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      const index = found.get(name);
      for (const value of valuesOf(object)) {
        const keys = index?.get(value) ?? new Map<string, T>();
        keys.set(key, object);
        index?.set(value, keys);
      }
    }
  };

  return {
    get: (key) => objects.get(key),
    list: () => (all ??= [...objects.values()]),
    byIndex: (index, value) => {
      const values = found.get(index);
      if (values === undefined)
        throw new RangeError(`There is no index ${index}; there are: ${Object.keys(indexes).join(', ') || 'none'}.`);
      return [...(values.get(value)?.values() ?? [])];
    },
    set: (object) => {
      const key = objectKey(object.metadata);
      const before = objects.get(key);
      if (before !== undefined) unindex(key, before);
      objects.set(key, object);
      enter(key, object);
      all = undefined;
    },
    delete: (key) => {
      const before = objects.get(key);
      if (before === undefined) return;
      unindex(key, before);
      objects.delete(key);
      all = undefined;
    },
    get size() {
      return objects.size;
    },
  };
};
