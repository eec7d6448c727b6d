import { delivered, listened, returned } from './arriving.ts';
import { sized, tunnelled } from './between-nodes.ts';
import { exported, membership, named } from './ends.ts';
import { addressed, routed } from './leaving.ts';
import type { Hop, PathView } from './path-view.ts';

/** The name of a service whose nodes are not reached has no address, so that nobody waits for them: that follows from the link and is no fault of DNS. */
const namedBehind = (view: PathView, tunnel: Hop): Hop => {
  const name = named(view);
  const isWithheld = name.state === 'broken' && tunnel.state === 'broken' && view.probe?.answers[0]?.outcome === 'answered';
  return isWithheld
    ? {
        hop: 'name',
        state: 'unknown',
        text: `${view.service?.dnsName ?? ''} has no address now: endpoints on nodes that are not reached are left out`,
      }
    : name;
};

/** The way from a pod to what it calls, step by step, each with what was seen. What comes after a broken step may be broken by it. */
export const explainPath = (view: PathView): Hop[] => {
  const first = [membership(view), exported(view)];
  // Without an address there is no way to look at.
  if (view.endpoint === undefined) return [...first, named(view)];
  const tunnel = tunnelled(view);
  const rest = [sized, delivered, listened, returned].map((step) => step(view));
  return [...first, namedBehind(view, tunnel), addressed(view), routed(view), tunnel, ...rest];
};

/** The first step that does not work; undefined when all do that could be looked at. */
export const firstBroken = (hops: readonly Hop[]): Hop | undefined => hops.find(({ state }) => state === 'broken');
