import { createFifo, type Fifo } from './fifo.ts';

/**
 * Keys with a value each, in lanes that take turns: a lane with many keys does not delay the others. Within a lane, keys are served in the order of
 * their arrival.
 */
export const createLanes = <V>(laneOf: (key: string) => string): Fifo<V> => {
  /** In the order of their turns. A lane without keys has no turn. */
  const lanes = new Map<string, Fifo<V>>();
  let size = 0;
  const laneWith = (key: string): Fifo<V> | undefined => lanes.get(laneOf(key));
  return {
    set: (key, value) => {
      const name = laneOf(key);
      const lane = lanes.get(name) ?? createFifo<V>();
      const before = lane.size;
      lane.set(key, value);
      size += lane.size - before;
      if (before === 0) lanes.set(name, lane);
    },
    get: (key) => laneWith(key)?.get(key),
    has: (key) => laneWith(key)?.has(key) === true,
    delete: (key) => {
      const lane = laneWith(key);
      if (lane?.has(key) !== true) return;
      lane.delete(key);
      size -= 1;
      if (lane.size === 0) lanes.delete(laneOf(key));
    },
    shift: () => {
      for (const [name, lane] of lanes) {
        const first = lane.shift();
        lanes.delete(name);
        if (first === undefined) continue;
        size -= 1;
        // The lane has its next turn after all the others.
        if (lane.size > 0) lanes.set(name, lane);
        return first;
      }
      return undefined;
    },
    get size() {
      return size;
    },
  };
};
