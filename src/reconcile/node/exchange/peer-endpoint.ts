import { type NoticeRequest, readNoticeRequest } from '../../../exchange/notice/notice-request.ts';
import { type KnownPeer, routersToAsk } from '../../../plan/tunnels/peer-routers.ts';
import type { Clock } from '../../../values/clock.ts';
import type { Answer, Reply } from './json-server.ts';
import type { WorkerGuard } from './worker-guard.ts';

/** What the peer endpoint works with. */
export interface PeerEndpointParts {
  readonly guard: WorkerGuard;
  /** The peers of a slice on this node; requests go only to these. */
  readonly peers: (slice: string) => readonly KnownPeer[];
  /** Sends the request to the node with this router address. */
  readonly ask: (router: string, asked: NoticeRequest, signal: AbortSignal) => Promise<Reply>;
  readonly clock: Clock;
}

/** How often the link to a node is checked while its answer is pending, in milliseconds. */
const checkEveryMs = 500;

/**
 * Answers this cluster's worker, which cannot enter a slice itself: it requests the notices from a node of the other cluster through the tunnel and
 * forwards the answer unchanged. The statements in it certify themselves.
 */
export const createPeerEndpoint =
  ({ guard, peers, ask, clock }: PeerEndpointParts): Answer =>
  async ({ path, query, bearer, from }, signal) => {
    const asked = readNoticeRequest(path, query);
    if (asked?.cluster === undefined) return { status: 404, body: 'served here: /v1/peers/<slice>/<cluster>/notices?after=&waitMs=\n' };
    const { cluster } = asked;
    const verdict = await guard(bearer, from);
    if (verdict === 'busy') return { status: 429, body: 'too many token reviews; try again in a minute\n' };
    if (verdict === 'stranger') return { status: 401, body: 'only the worker of this cluster may send requests\n' };
    let why = 'this node has no link to it that is up';
    for (const router of routersToAsk(peers(asked.slice), cluster)) {
      try {
        // A node that dies during a wait sends nothing more; the state of its link shows it.
        const reply = await whileReachable(
          () => routersToAsk(peers(asked.slice), cluster).includes(router),
          clock,
          (either) => ask(router, asked, either),
          signal,
        );
        if (reply.status === 200) return reply;
        why = `${router} answers ${reply.status}`;
      } catch (error) {
        if (signal.aborted) throw error;
        why = error instanceof Error ? error.message : String(error);
      }
    }
    return { status: 503, body: `no node of cluster ${cluster} in slice ${asked.slice} is reachable: ${why}\n` };
  };

/** Runs a task whose signal aborts as soon as the check fails. */
const whileReachable = async <T>(
  isReachable: () => boolean,
  clock: Clock,
  task: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> => {
  const lost = new AbortController();
  let cancel = (): void => {};
  const check = (): void => {
    if (isReachable()) cancel = clock.after(checkEveryMs, check);
    else lost.abort();
  };
  cancel = clock.after(checkEveryMs, check);
  try {
    return await task(AbortSignal.any([signal, lost.signal]));
  } finally {
    cancel();
  }
};
