import type { Source } from './source.ts';

/** A source without content: handlers read the current state elsewhere. */
export type Signals = Source<undefined> & { readonly emit: () => void };

/** Signals of one kind. */
export const createSignals = (): Signals => {
  const handlers = new Set<(change: undefined) => void>();
  return {
    emit: () => {
      for (const handler of handlers) handler(undefined);
    },
    subscribe: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
};
