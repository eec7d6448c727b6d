import type { NodeAgent } from '../node-agent.ts';
import type { CniAnswer, CniRequest } from './cni-protocol.ts';
import type { CniHandler } from './cni-server.ts';

/** Notifies waiting requests of each step. */
export interface StepSignal {
  /** Resolves at the end of the next step, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

/** `/var/run` is a link to `/run` on the node, but need not be one in the agent's image. */
const here = (netns: string): string => netns.replace(/^\/var\/run\//, '/run/');

/** Longest delay of a pod's start while its node joins the slice, in milliseconds: the worker may be away. */
const joinWithinMs = 1_000;

/** Answers the CNI plugin: a pod of a slice is attached before its containers start; any other passes at once. */
export const answerCni =
  (agent: NodeAgent, steps: StepSignal, wake: () => void): CniHandler =>
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
    const joining = AbortSignal.any([signal, AbortSignal.timeout(joinWithinMs)]);
    for (let waits = true; waits && !signal.aborted; waits = agent.awaitsAttachment(uid)) {
      const step = steps.next(signal);
      wake();
      await step;
      // The change of the SliceNode makes the next step.
      while (agent.awaitsSlice(uid) && !joining.aborted) await steps.next(joining);
    }
    return agent.isAttached(uid)
      ? { ok: true }
      : { ok: true, message: `The pod is not attached to slice ${slice} yet; it is closed until then.` };
  };
