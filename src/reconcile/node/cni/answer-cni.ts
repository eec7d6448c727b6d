import type { Clock } from '../../../values/clock.ts';
import type { LinkWatch } from '../link-watch.ts';
import type { NodeAgent } from '../node-agent.ts';
import type { CniAnswer, CniRequest } from './cni-protocol.ts';
import type { CniHandler } from './cni-server.ts';

/** Notifies waiting requests of each step, or of each change of a link. */
export interface StepSignal {
  /** Resolves at the end of the next step, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

/** What an answer to the CNI plugin depends on. */
export interface CniParts {
  readonly agent: Pick<NodeAgent, 'podStarts' | 'podEnds' | 'sliceOf' | 'isAttached' | 'awaitsAttachment' | 'awaitsSlice' | 'closedPeers'>;
  readonly steps: StepSignal;
  readonly links: Pick<LinkWatch, 'knowledge' | 'links'>;
  readonly linkChanges: StepSignal;
  /** Requests a step. */
  readonly wake: () => void;
  readonly clock: Clock;
}

/** `/var/run` is a link to `/run` on the node, but need not be one in the agent's image. */
const here = (netns: string): string => netns.replace(/^\/var\/run\//, '/run/');

/** Longest delay of a pod's start while its node joins the slice, in milliseconds: the worker may be away. */
const joinWithinMs = 2_000;

/**
 * Answers the CNI plugin: a pod of a slice is attached before its containers start; any other passes at once. On a node that joins the slice, the pod
 * waits until live peers have answered and agreed on keys, too, so that its first packet does not wait for them.
 */
export const answerCni =
  ({ agent, steps, links, linkChanges, wake, clock }: CniParts): CniHandler =>
  async (request: CniRequest, signal: AbortSignal): Promise<CniAnswer> => {
    const { command, namespace, uid } = request;
    const netns = here(request.netns);
    if (command === 'DEL') {
      agent.podEnds(uid, netns);
      wake();
      return { ok: true };
    }
    const slice = agent.sliceOf(namespace);
    if (slice === undefined) return { ok: true };
    if (command === 'CHECK') {
      return agent.isAttached(uid) ? { ok: true } : { ok: false, message: `The pod is not attached to slice ${slice} yet.` };
    }
    agent.podStarts(uid, netns);
    const late = new AbortController();
    const cancel = clock.after(joinWithinMs, () => late.abort());
    const joining = AbortSignal.any([signal, late.signal]);
    for (let waits = true; waits && !signal.aborted; waits = agent.awaitsAttachment(uid)) {
      const step = steps.next(signal);
      wake();
      await step;
      // The change of the SliceNode makes the next step.
      while (agent.awaitsSlice(uid) && !joining.aborted) await steps.next(joining);
    }
    while (agent.isAttached(uid) && links.knowledge(slice) === 'None' && !joining.aborted) await linkChanges.next(joining);
    // Later, a peer that answers and agrees on no key is a fault, for which no pod waits.
    const agreeing = (): boolean => agent.closedPeers(slice).some((peer) => links.links(slice).get(peer)?.state === 'Up');
    while (agent.isAttached(uid) && links.knowledge(slice) !== 'All' && agreeing() && !joining.aborted) await steps.next(joining);
    cancel();
    return agent.isAttached(uid)
      ? { ok: true }
      : { ok: true, message: `The pod is not attached to slice ${slice} yet; it is closed until then.` };
  };
