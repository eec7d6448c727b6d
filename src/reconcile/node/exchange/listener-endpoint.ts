import type { Run } from '../../../host/run.ts';
import { closedPorts } from '../../../kernel/pod/listeners.ts';
import { stillOfPod } from '../../../kernel/pod/pod-namespaces.ts';
import { createPace } from '../../../loop/pace.ts';
import { createSlots } from '../../../loop/slots.ts';
import type { PodAttachment } from '../../../plan/facts/slice-network.ts';
import { type ListenerAnswer, type PodPorts, readListenerQuestion } from '../../../plan/listeners/question.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Clock } from '../../../values/clock.ts';
import type { Answer } from './json-server.ts';
import type { WorkerGuard } from './worker-guard.ts';

/** What the listener endpoint uses. */
export interface ListenerEndpointParts {
  readonly guard: WorkerGuard;
  /** The attached pods of a slice on this node. */
  readonly pods: (slice: string) => readonly PodAttachment[];
  readonly run: Run;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * How long a token of the worker is accepted without a new review, in milliseconds. The answer has little value for others, and a review a minute by
 * each node of a large cluster would load its API server.
 */
const believeMs = 600_000;
/** The rate of pods that are read: each costs the node two programs. */
const observationRate = { burst: 128, perSecond: 32 } as const;
const observationsAtOnce = 2;

/**
 * Answers this cluster's worker which TCP ports of pods have no listener, from the sockets of each pod. Unknown or unreadable pods are missing in the
 * answer. It changes nothing and sends no packets.
 */
export const createListenerEndpoint = ({ guard, pods, run, clock, log }: ListenerEndpointParts): Answer => {
  const pace = createPace(observationRate, clock);
  const slots = createSlots(observationsAtOnce);

  const observe = async (
    pod: PodAttachment | undefined,
    { address, ports }: PodPorts,
    signal: AbortSignal,
  ): Promise<ListenerAnswer['pods']> => {
    if (pod === undefined) return [];
    try {
      await pace.turn(1, signal);
      const closed = await slots.run(() => closedPorts(run, { netns: pod.netns, address, ports }, signal), signal);
      // The PID of an ended process may belong to another one now.
      const isRight = !pod.netns.startsWith('/proc/') || (await stillOfPod(pod.netns, pod.uid));
      return closed === undefined || !isRight ? [] : [{ address, closed }];
    } catch (error) {
      if (signal.aborted) throw error;
      // A pod that has just ended has no namespace any more.
      log.debug('the listeners of a pod cannot be read', { pod: pod.name, error });
      return [];
    }
  };

  return async ({ path, query, bearer, from }, signal) => {
    const asked = readListenerQuestion(path, query);
    if (asked === undefined) return { status: 404, body: 'served here: /v1/listeners/<slice>?pods=<address>:<port>,<port>;…\n' };
    const verdict = await guard(bearer, from, believeMs);
    if (verdict === 'busy') return { status: 429, body: 'too many token reviews; try again in a minute\n' };
    if (verdict === 'stranger') return { status: 401, body: 'only the worker of this cluster may send requests\n' };
    const known = new Map(pods(asked.slice).map((pod) => [pod.address, pod]));
    const observed = await Promise.all(asked.pods.map((each) => observe(known.get(each.address), each, signal)));
    return { status: 200, body: JSON.stringify({ pods: observed.flat() } satisfies ListenerAnswer) };
  };
};
