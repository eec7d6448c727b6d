/** Keys with a value each, served in the order of their arrival; adding and removing anywhere have constant cost. */
export type Fifo<V> = {
  /** Adds at the end; a key that is present keeps its place and gets the new value. */
  set(key: string, value: V): void;
  get(key: string): V | undefined;
  has(key: string): boolean;
  delete(key: string): void;
  /** Removes and returns the oldest. */
  shift(): readonly [key: string, value: V] | undefined;
  readonly size: number;
};

/** Creates an empty one. */
export const createFifo = <V>(): Fifo<V> => {
  const entries = new Map<string, V>();
  // One iterator is kept, because a new one would step over everything that was deleted at the front: with many keys that is most of the work.
  let cursor = entries.entries();
  const next = (): readonly [string, V] | undefined => {
    const step = cursor.next();
    return step.done === true ? undefined : step.value;
  };
  return {
    set: (key, value) => void entries.set(key, value),
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    delete: (key) => void entries.delete(key),
    shift: () => {
      let first = next();
      if (first === undefined) {
        // An iterator that has once reached the end stays there.
        cursor = entries.entries();
        first = next();
      }
      if (first !== undefined) entries.delete(first[0]);
      return first;
    },
    get size() {
      return entries.size;
    },
  };
};
