import type { Source } from './source.ts';

/** A source whose changes its owner emits. */
export interface Emitter<Change> extends Source<Change> {
  readonly emit: (change: Change) => void;
  readonly subscribe: (handler: (change: Change) => void) => () => void;
}

/** An emitter without handlers. `present` lists the current items: a handler that subscribes is called for each of them. */
export const createEmitter = <Change>(present: () => Iterable<Change> = () => []): Emitter<Change> => {
  const handlers = new Set<(change: Change) => void>();
  return {
    emit: (change) => {
      for (const handler of handlers) handler(change);
    },
    subscribe: (handler) => {
      handlers.add(handler);
      for (const change of present()) handler(change);
      return () => handlers.delete(handler);
    },
  };
};
