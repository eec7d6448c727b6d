/**
 * Something that emits changes: a mirror of an API server, a watch on the kernel, a timer.
 *
 * The handler is called synchronously and must not wait. A source that holds state calls a new handler
 * for everything it holds already, so that subscribing late misses nothing.
 */
export type Source<Change> = {
  /** Starts the calls; the returned function ends them. */
  subscribe(handler: (change: Change) => void): () => void;
};
