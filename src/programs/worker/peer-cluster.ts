import type { NoticeSpec } from '../../api/notice/type.ts';
import type { NoticePage, Position } from '../../exchange/notice-page.ts';
import type { Slots } from '../../loop/slots.ts';
import { freshPace, nextQuestion } from '../../plan/worker/peer-reading.ts';
import { type Backoff, backoffDelay, type Random } from '../../values/backoff.ts';
import { sleep } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { AskAgent } from './ask-agent.ts';
import type { PeerBoardSession } from './peer-board.ts';

/** How one cluster is read. */
export interface PeerClusterParts {
  readonly session: PeerBoardSession;
  readonly cluster: string;
  readonly ask: AskAgent;
  /** Room for questions that run at once, of all clusters together. */
  readonly slots: Slots;
  /** How long to wait for something newer, now, in milliseconds. */
  readonly waitMs: () => number;
  /** Where to begin. */
  readonly from: Position;
  readonly random: Random;
  readonly onNotice: (spec: NoticeSpec) => void;
  /** Called with the position up to which every notice was passed to `onNotice`. */
  readonly onRead: (position: Position) => void;
}

const backoff: Backoff = { firstMs: 250, maxMs: 8_000 };
/** An agent answers a question without a wait within this time, or another one is asked, in milliseconds. */
const answerWithinMs = 2_000;
/** How many agents are tried before a pause. */
const agentsPerTry = 3;

/**
 * Reads the notices of one cluster again and again, through any agent of the own cluster, until the signal aborts. The agent that answered last is
 * asked first; one that was not asked yet, or did not answer, is first asked without a wait, so that a dead one is detected soon.
 */
export const readPeerCluster = async (parts: PeerClusterParts, signal: AbortSignal): Promise<void> => {
  const { session, cluster, random, onNotice, onRead } = parts;
  const { clock, local, slice } = session;
  let after = parts.from;
  let agent: string | undefined;
  let failures = 0;
  let pace = freshPace(clock.monotonic());
  while (!signal.aborted) {
    try {
      const waitMs = agent === undefined ? 0 : parts.waitMs();
      const began = clock.monotonic();
      const answer = await askOne(parts, agent, { after, waitMs }, signal);
      agent = answer.agent;
      after = answer.page.next;
      for (const notice of answer.page.notices) onNotice(notice);
      onRead(after);
      const now = clock.monotonic();
      const next = nextQuestion(answer.page, waitMs, now - began, pace, now);
      if (next === 'useless') throw new Failure('Unavailable', `Cluster "${cluster}" answers without notices before the wait is over.`);
      // An answer without a wait proves little: a peer that always answers at once would otherwise be asked without any pause.
      if (waitMs > 0 || answer.page.notices.length > 0) failures = 0;
      pace = next.pace;
      if (next.pauseMs > 0) await sleep(clock, next.pauseMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      agent = undefined;
      if ((failures & (failures - 1)) === 0)
        local.log.warn('a member cannot be asked for its notices', { slice, cluster, error, failures });
      await sleep(clock, backoffDelay(backoff, failures, random), signal).catch(unlessAborted(signal));
    }
  }
};

/** Asks the agent that answered last; without one, some agents, one after the other. Rejects with the last failure. */
const askOne = async (
  { session, cluster, ask, slots, random }: PeerClusterParts,
  agent: string | undefined,
  question: { readonly after: Position; readonly waitMs: number },
  signal: AbortSignal,
): Promise<{ readonly agent: string; readonly page: NoticePage }> => {
  const agents = agent === undefined ? someOf(agentsOf(session), agentsPerTry, random) : [agent];
  let failure = new Failure('Unavailable', 'No node of this cluster with an address is in the slice.');
  for (const address of agents) {
    try {
      const page = await slots.run(async () => {
        const late = new AbortController();
        const cancel = session.clock.after(question.waitMs + answerWithinMs, () => late.abort());
        try {
          return await ask(address, { slice: session.slice, cluster, ...question }, AbortSignal.any([signal, late.signal]));
        } finally {
          cancel();
        }
      }, signal);
      return { agent: address, page };
    } catch (error) {
      if (signal.aborted) throw error;
      failure = Failure.from(error);
    }
  }
  throw failure;
};

/** Addresses of this cluster's nodes in the slice, at which their agents serve. */
const agentsOf = ({ local, slice }: PeerBoardSession): string[] =>
  local.sliceNodes.byIndex('slice', slice).flatMap(({ spec }) => {
    const addresses = local.nodes.get(spec.node)?.status?.addresses ?? [];
    return addresses.find(({ type }) => type === 'InternalIP')?.address ?? [];
  });

/** Some of a list, beginning anywhere, so that not everybody asks the first. */
const someOf = (list: readonly string[], count: number, random: Random): string[] => {
  const start = Math.floor(random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)].slice(0, count);
};

/** Ignores the error of a wait that ended because the signal aborted. */
const unlessAborted =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted) throw error;
  };
