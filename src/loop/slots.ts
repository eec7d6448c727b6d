/** Limits how many tasks run at once; the others wait in order. */
export interface Slots {
  /** Runs when there is a free slot. A task whose signal aborts while it waits rejects with its reason. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Creates `count` slots. */
export const createSlots = (count: number): Slots => {
  let free = count;
  const waiting = new Set<() => void>();

  const enter = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(begin);
        reject(signal.reason);
      };
      const begin = (): void => {
        waiting.delete(begin);
        signal.removeEventListener('abort', leave);
        free -= 1;
        resolve();
      };
      if (signal.aborted) reject(signal.reason);
      else if (free > 0) begin();
      else {
        waiting.add(begin);
        signal.addEventListener('abort', leave, { once: true });
      }
    });

  return {
    run: async (task, signal) => {
      await enter(signal);
      try {
        return await task();
      } finally {
        free += 1;
        const [next] = waiting;
        next?.();
      }
    },
  };
};
