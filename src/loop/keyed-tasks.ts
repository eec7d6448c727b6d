/** Tasks that run side by side, one for each of some names. */
export interface KeyedTasks {
  /** Runs one for exactly these names: others end, and those that run go on. */
  follow(names: readonly string[]): void;
  /** How many run. */
  readonly size: number;
  /** Ends all, and resolves when they have ended. */
  stop(): Promise<void>;
}

/** No task runs yet. A task that ends by itself is started again only when its name was left out meanwhile. All end with the signal. */
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
