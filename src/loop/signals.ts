import type { Source } from './source.ts';

/** A source that only tells that something happened; what is so now is asked elsewhere. */
export type Signals = Source<undefined> & { readonly tell: () => void };

/** Signals of one kind. */
export const createSignals = (): Signals => {
  const handlers = new Set<(change: undefined) => void>();
  return {
    tell: () => {
      for (const handler of handlers) handler(undefined);
    },
    subscribe: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
};
