/**
 * A source of changes: a mirror of an API server, a watch on the kernel, a timer.
 *
 * The handler is called synchronously and must not wait. A source with state calls a new handler for everything in it, so that a late subscriber
 * misses nothing.
 */
export type Source<Change> = {
  /** Starts the calls; the returned function ends them. */
  subscribe(handler: (change: Change) => void): () => void;
};
