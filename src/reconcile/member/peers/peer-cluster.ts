import type { NoticeSpec } from '../../../api/notice/type.ts';
import type { Position } from '../../../exchange/notice/notice-page.ts';
import type { Slots } from '../../../loop/slots.ts';
import { freshPace, nextQuestion } from '../../../plan/board/peer-reading.ts';
import { type Backoff, backoffDelay, type Random } from '../../../values/backoff.ts';
import { sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { AskAgent } from './ask-agent.ts';
import { askAnyAgent } from './ask-any-agent.ts';
import type { PeerBoardSession } from './peer-board.ts';

/** How one cluster is read. */
export interface PeerClusterParts {
  readonly session: PeerBoardSession;
  readonly cluster: string;
  readonly ask: AskAgent;
  /** Limits the concurrent requests of all clusters together. */
  readonly slots: Slots;
  /** How long to wait for a newer notice, in milliseconds. */
  readonly waitMs: () => number;
  /** The position to begin with. */
  readonly from: Position;
  readonly random: Random;
  readonly onNotice: (spec: NoticeSpec) => void;
  /** Called with the position up to which every notice was passed to `onNotice`. */
  readonly onRead: (position: Position) => void;
}

const backoff: Backoff = { firstMs: 250, maxMs: 8_000 };

/**
 * Reads the notices of one cluster continuously, through any agent of the own cluster, until the signal aborts. It prefers the agent that answered
 * last. The first request to a new agent, or to one that did not answer, is without a wait, so that a dead one is detected soon.
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
      const question = { slice, cluster, after, waitMs };
      const { agent: answered, answer } = await askAnyAgent(
        session,
        { slots: parts.slots, random, agent, waitMs, question: (address, during) => parts.ask(address, question, during) },
        signal,
      );
      agent = answered;
      after = answer.next;
      for (const notice of answer.notices) onNotice(notice);
      onRead(after);
      const now = clock.monotonic();
      const next = nextQuestion(answer, waitMs, now - began, pace, now);
      if (next === 'useless') throw new Failure('Unavailable', `Cluster "${cluster}" answers without notices before the wait is over.`);
      // An answer without a wait proves little: otherwise a peer that always answers at once would get requests without any pause.
      if (waitMs > 0 || answer.notices.length > 0) failures = 0;
      pace = next.pace;
      if (next.pauseMs > 0) await sleep(clock, next.pauseMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      agent = undefined;
      if ((failures & (failures - 1)) === 0) local.log.warn('the notices of a member cannot be read', { slice, cluster, error, failures });
      await sleep(clock, backoffDelay(backoff, failures, random), signal).catch(unlessAborted(signal));
    }
  }
};

/** Ignores the error of a wait that ended because the signal aborted. */
const unlessAborted =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted) throw error;
  };
