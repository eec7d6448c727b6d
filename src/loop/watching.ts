import type { Priority } from './queue.ts';
import type { Source } from './source.ts';

/** A source with the keys that its changes concern; the type of the changes is hidden. */
export type Watch = {
  readonly subscribe: (handler: (change: unknown) => void) => () => void;
  readonly priorityOf: (change: unknown) => Priority;
  readonly keysFor: (change: unknown) => Iterable<string>;
};

/** Joins a source to a controller: `keysFor` returns the keys that a change concerns. Changes that a source marks `initial` enter at low priority. */
export const watching = <Change>(source: Source<Change>, keysFor: (change: Change) => Iterable<string>): Watch => ({
  subscribe: (handler) => source.subscribe(handler),
  priorityOf: (change) =>
    typeof change === 'object' && change !== null && 'initial' in change && change.initial === true ? 'low' : 'high',
  keysFor: (change) => keysFor(change as Change),
});
