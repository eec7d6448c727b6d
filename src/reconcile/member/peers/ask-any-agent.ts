import { isInSlice } from '../../../api/slicenode/type.ts';
import type { Slots } from '../../../loop/slots.ts';
import type { Random } from '../../../values/backoff.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { LocalWorld } from '../cluster/local-world.ts';

/** The parts of a session that requests to agents need. */
export interface AskingSession {
  readonly slice: string;
  readonly clock: Clock;
  readonly local: {
    readonly sliceNodes: Pick<LocalWorld['sliceNodes'], 'byIndex'>;
    readonly nodes: Pick<LocalWorld['nodes'], 'get'>;
  };
}

/** The parameters of a request. */
export interface Asking<T> {
  /** Limits concurrent requests. */
  readonly slots: Slots;
  readonly random: Random;
  /** The agent that answered last: only this one gets the request. */
  readonly agent: string | undefined;
  /** How long the agent may wait before it answers, in milliseconds. */
  readonly waitMs: number;
  readonly question: (address: string, signal: AbortSignal) => Promise<T>;
}

/** An agent answers a request without a wait within this time, or another one is tried, in milliseconds. */
const answerWithinMs = 2_000;
/** How many agents are tried before a pause. */
const agentsPerTry = 3;

/**
 * Sends the request to the agent that answered last; without one, to some agents of this cluster, one after the other. Rejects with the last failure.
 */
export const askAnyAgent = async <T>(
  session: AskingSession,
  { slots, random, agent, waitMs, question }: Asking<T>,
  signal: AbortSignal,
): Promise<{ readonly agent: string; readonly answer: T }> => {
  const agents = agent === undefined ? someOf(agentsOf(session), agentsPerTry, random) : [agent];
  let failure = new Failure('Unavailable', 'No node of this cluster with an address is in the slice.');
  for (const address of agents) {
    try {
      const answer = await slots.run(async () => {
        const late = new AbortController();
        const cancel = session.clock.after(waitMs + answerWithinMs, () => late.abort());
        try {
          return await question(address, AbortSignal.any([signal, late.signal]));
        } finally {
          cancel();
        }
      }, signal);
      return { agent: address, answer };
    } catch (error) {
      if (signal.aborted) throw error;
      failure = Failure.from(error);
    }
  }
  throw failure;
};

/** Addresses of this cluster's nodes in the slice, where their agents listen. */
const agentsOf = ({ local, slice }: AskingSession): string[] =>
  local.sliceNodes.byIndex('slice', slice).flatMap((sliceNode) => {
    const { spec } = sliceNode;
    if (!isInSlice(sliceNode)) return [];
    const addresses = local.nodes.get(spec.node)?.status?.addresses ?? [];
    return addresses.find(({ type }) => type === 'InternalIP')?.address ?? [];
  });

/** Some of a list, from a random start, so that requests do not all go to the first. */
const someOf = (list: readonly string[], count: number, random: Random): string[] => {
  const start = Math.floor(random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)].slice(0, count);
};
