import type { Slots } from '../../loop/slots.ts';
import type { Random } from '../../values/backoff.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

/** What of a session is needed to ask agents. */
export interface AskingSession {
  readonly slice: string;
  readonly clock: Clock;
  readonly local: {
    readonly sliceNodes: Pick<LocalWorld['sliceNodes'], 'byIndex'>;
    readonly nodes: Pick<LocalWorld['nodes'], 'get'>;
  };
}

/** How a question is put. */
export interface Asking<T> {
  /** Room for questions that run at once. */
  readonly slots: Slots;
  readonly random: Random;
  /** The agent that answered last: it alone is asked. */
  readonly agent: string | undefined;
  /** How long the agent may wait before it answers, in milliseconds. */
  readonly waitMs: number;
  readonly question: (address: string, signal: AbortSignal) => Promise<T>;
}

/** An agent answers a question without a wait within this time, or another one is asked, in milliseconds. */
const answerWithinMs = 2_000;
/** How many agents are tried before a pause. */
const agentsPerTry = 3;

/** Asks the agent that answered last; without one, some agents of this cluster, one after the other. Rejects with the last failure. */
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

/** Addresses of this cluster's nodes in the slice, at which their agents serve. */
const agentsOf = ({ local, slice }: AskingSession): string[] =>
  local.sliceNodes.byIndex('slice', slice).flatMap(({ spec }) => {
    const addresses = local.nodes.get(spec.node)?.status?.addresses ?? [];
    return addresses.find(({ type }) => type === 'InternalIP')?.address ?? [];
  });

/** Some of a list, beginning anywhere, so that not everybody asks the first. */
const someOf = (list: readonly string[], count: number, random: Random): string[] => {
  const start = Math.floor(random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)].slice(0, count);
};
