import { delivered, listened, returned } from './arriving.ts';
import { sized, tunnelled } from './between-nodes.ts';
import { exported, membership, named } from './ends.ts';
import { unknown } from './hop.ts';
import { addressed, routed } from './leaving.ts';
import type { Hop, PathView } from './path-view.ts';
import { isSilenced, permitted } from './permitted.ts';

/** The name of a service on unreachable nodes has no address, so that clients do not wait: that follows from the link and is not a fault of DNS. */
const namedBehind = (view: PathView, tunnel: Hop): Hop => {
  const name = named(view);
  const isWithheld = name.state === 'broken' && tunnel.state === 'broken' && view.probe?.answers[0]?.outcome === 'answered';
  return isWithheld
    ? {
        hop: 'name',
        state: 'unknown',
        text: `${view.service?.dnsName ?? ''} has no address now: endpoints on unreachable nodes are withheld`,
      }
    : name;
};

/** A step that is tested by echo requests, where policies may drop them. */
const unlessSilenced = (step: Hop, silenced: boolean): Hop =>
  step.state === 'broken' && silenced ? unknown(step.hop, 'policies let no echo request pass here, so that it cannot be tested') : step;

/** The path from a pod to its target, step by step, each with the evidence. A fault of one step may cause faults in the following ones. */
export const explainPath = (view: PathView): Hop[] => {
  const first = [membership(view), exported(view)];
  // Without an address there is no path to test.
  if (view.endpoint === undefined) return [...first, named(view)];
  const tunnel = tunnelled(view);
  const { from, to } = view;
  const rest = [
    sized(view),
    unlessSilenced(delivered(view), isSilenced(from, to)),
    listened(view),
    unlessSilenced(returned(view), to !== undefined && isSilenced(to, from)),
  ];
  return [...first, namedBehind(view, tunnel), addressed(view), routed(view), permitted(view), tunnel, ...rest];
};

/** The first broken step; undefined when all tested ones work. */
export const firstBroken = (hops: readonly Hop[]): Hop | undefined => hops.find(({ state }) => state === 'broken');
