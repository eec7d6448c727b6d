/** Concurrent tasks, one for each of some names. */
export interface KeyedTasks {
  /** Runs one for exactly these names: others end, and running ones continue. */
  follow(names: readonly string[]): void;
  /** The number of running tasks. */
  readonly size: number;
  /** Ends all, and resolves when they have ended. */
  stop(): Promise<void>;
}

/** Creates tasks; none runs yet. A task that ends by itself starts again only after its name was left out once. All end with the signal. */
export const createKeyedTasks = (run: (name: string, signal: AbortSignal) => Promise<void>, signal: AbortSignal): KeyedTasks => {
  const stopping = new AbortController();
  const running = new Map<string, { readonly done: Promise<void>; readonly ending: AbortController }>();
  return {
    follow: (names) => {
      const wanted = new Set(names);
      for (const [name, { ending }] of running) {
        if (wanted.has(name)) continue;
        ending.abort();
        running.delete(name);
      }
      for (const name of wanted) {
        if (running.has(name)) continue;
        const ending = new AbortController();
        running.set(name, { ending, done: run(name, AbortSignal.any([signal, stopping.signal, ending.signal])) });
      }
    },
    get size() {
      return running.size;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
};
