import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Position } from '../../exchange/notice-page.ts';
import { createSlots } from '../../loop/slots.ts';
import { clustersAtOnce, lostAfterMs, waitOf } from '../../plan/worker/peer-reading.ts';
import type { Random } from '../../values/backoff.ts';
import { sleep } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { AskAgent } from './ask-agent.ts';
import { readPeerCluster } from './peer-cluster.ts';
import type { Session } from './session.ts';

/** What of a session the reader needs. */
export type PeerBoardSession = Pick<Session, 'slice' | 'ledger' | 'clock'> & {
  readonly hub: Pick<Session['hub'], 'cluster'>;
  readonly board: Pick<Session['board'], 'staleSince'>;
  readonly local: {
    readonly sliceNodes: Pick<Session['local']['sliceNodes'], 'byIndex'>;
    readonly nodes: Pick<Session['local']['nodes'], 'get'>;
    readonly log: Pick<Session['local']['log'], 'info' | 'warn'>;
  };
};

/** How the reader asks, and what it reads while the hub answers. */
export interface PeerBoardParts {
  readonly ask: AskAgent;
  readonly random: Random;
  /** The clusters that are read although the hub answers, since it withholds what they publish. */
  readonly suspects: () => readonly string[];
  /** Up to where each cluster was read. */
  readonly positions: Map<string, Position>;
}

/** How often contact with the hub is checked, in milliseconds. A check costs nothing. */
const checkEveryMs = 250;

/**
 * Reads the notices of the other clusters from the clusters themselves, through the tunnels, while contact with the hub's board is lost, and those of some
 * clusters while the board withholds them. Gives each to `onNotice`; nothing of it is verified. Runs until the signal aborts; at rest it does nothing.
 *
 * Where it has read a cluster to is remembered from one outage to the next, in memory only.
 */
export const readPeers = async (
  session: PeerBoardSession,
  parts: PeerBoardParts,
  onNotice: (spec: NoticeSpec) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { board, clock, slice, local } = session;
  const { suspects, positions } = parts;
  let wasAway = false;
  let lostAt: number | undefined;
  let reading: Reading | undefined;
  try {
    while (!signal.aborted) {
      if (board.staleSince() === undefined) lostAt = undefined;
      else lostAt ??= clock.monotonic();
      const isAway = lostAt !== undefined && clock.monotonic() - lostAt >= lostAfterMs;
      if (isAway && !wasAway) local.log.info('the hub is away: members are asked for their notices through the tunnels', { slice });
      if (!isAway && wasAway) local.log.info('the hub is back: notices are read there again', { slice });
      wasAway = isAway;
      const wanted = isAway ? clustersOf(session) : suspects();
      if (wanted.length > 0) reading ??= startReading(session, parts, positions, onNotice, signal);
      else {
        await reading?.stop();
        reading = undefined;
      }
      reading?.follow(wanted);
      await sleep(clock, checkEveryMs, signal);
    }
  } catch (error) {
    if (!Failure.is(error, 'Interrupted')) throw error;
  } finally {
    await reading?.stop();
  }
};

/** The other clusters that this one knows. */
const clustersOf = ({ ledger, hub }: PeerBoardSession): string[] =>
  [...ledger().clusters.keys()].filter((cluster) => cluster !== hub.cluster);

/** Reading during one outage. */
interface Reading {
  /** Reads exactly these clusters. */
  follow(clusters: readonly string[]): void;
  stop(): Promise<void>;
}

const startReading = (
  session: PeerBoardSession,
  { ask, random }: PeerBoardParts,
  positions: Map<string, Position>,
  onNotice: (spec: NoticeSpec) => void,
  signal: AbortSignal,
): Reading => {
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const slots = createSlots(clustersAtOnce);
  const running = new Map<string, { readonly done: Promise<void>; readonly end: () => void }>();

  const read = (cluster: string) => {
    const ending = new AbortController();
    const done = readPeerCluster(
      {
        session,
        cluster,
        ask,
        slots,
        waitMs: () => waitOf(running.size),
        from: positions.get(cluster) ?? 0,
        random,
        onNotice,
        onRead: (position) => positions.set(cluster, position),
      },
      AbortSignal.any([either, ending.signal]),
    );
    return { done, end: () => ending.abort() };
  };

  return {
    follow: (clusters) => {
      const wanted = new Set(clusters);
      for (const [cluster, { end }] of running) {
        if (wanted.has(cluster)) continue;
        end();
        running.delete(cluster);
      }
      for (const cluster of wanted) if (!running.has(cluster)) running.set(cluster, read(cluster));
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
};
