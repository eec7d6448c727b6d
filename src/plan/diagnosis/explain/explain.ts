import { exported, membership, named } from './ends.ts';
import type { Hop, PathView } from './path-view.ts';
import { addressed, delivered, listened, returned, routed, sized, tunnelled } from './way.ts';

/** The way from a pod to what it calls, step by step, each with what was seen. What comes after a broken step may be broken by it. */
export const explainPath = (view: PathView): Hop[] => {
  const first = [membership(view), exported(view), named(view)];
  // Without an address there is no way to look at.
  if (view.endpoint === undefined) return first;
  return [...first, ...[addressed, routed, tunnelled, sized, delivered, listened, returned].map((step) => step(view))];
};

/** The first step that does not work; undefined when all do that could be looked at. */
export const firstBroken = (hops: readonly Hop[]): Hop | undefined => hops.find(({ state }) => state === 'broken');
