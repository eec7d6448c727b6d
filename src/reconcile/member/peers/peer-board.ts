import type { NoticeSpec } from '../../../api/notice/type.ts';
import type { Position } from '../../../exchange/notice/notice-page.ts';
import { createKeyedTasks, type KeyedTasks } from '../../../loop/keyed-tasks.ts';
import { createSlots } from '../../../loop/slots.ts';
import { clustersAtOnce, lostAfterMs, overlapMs, waitOf } from '../../../plan/board/peer-reading.ts';
import type { Random } from '../../../values/backoff.ts';
import { sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { Session } from '../session/session.ts';
import type { AskAgent } from './ask-agent.ts';
import { readPeerCluster } from './peer-cluster.ts';

/** The parts of a session that the reader needs. */
export type PeerBoardSession = Pick<Session, 'slice' | 'ledger' | 'clock'> & {
  readonly hub: Pick<Session['hub'], 'cluster'>;
  readonly board: Pick<Session['board'], 'staleSince'>;
  readonly local: {
    readonly sliceNodes: Pick<Session['local']['sliceNodes'], 'byIndex'>;
    readonly nodes: Pick<Session['local']['nodes'], 'get'>;
    readonly log: Pick<Session['local']['log'], 'info' | 'warn'>;
  };
};

/** How the reader sends requests, and what it reads while the hub answers. */
export interface PeerBoardParts {
  readonly ask: AskAgent;
  readonly random: Random;
  /** The clusters that are read although the hub answers, because it withholds their notices. */
  readonly suspects: () => readonly string[];
  /** The position up to which each cluster was read. */
  readonly positions: Map<string, Position>;
}

/** How often contact with the hub is checked, in milliseconds. A check costs nothing. */
const checkEveryMs = 250;

/**
 * Reads the notices of the other clusters from the clusters themselves, through the tunnels, while contact with the hub's board is lost and for some
 * seconds after it is restored, and those of some clusters while the board withholds them. It passes each to `onNotice`, unverified. Runs until the
 * signal aborts; at rest it does nothing.
 *
 * The position of each cluster is kept from one outage to the next, in memory only.
 */
export const readPeers = async (
  session: PeerBoardSession,
  parts: PeerBoardParts,
  onNotice: (spec: NoticeSpec) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { board, clock, slice, local } = session;
  const { suspects, positions } = parts;
  let wasUnreachable = false;
  let lostAt: number | undefined;
  let foundAt: number | undefined;
  let reading: KeyedTasks | undefined;
  try {
    while (!signal.aborted) {
      const now = clock.monotonic();
      if (board.staleSince() === undefined) {
        // The others may restore contact later, and only then publish their changes.
        if (wasUnreachable) foundAt ??= now;
        lostAt = undefined;
      } else {
        lostAt ??= now;
        foundAt = undefined;
      }
      const isOver = foundAt !== undefined && now - foundAt >= overlapMs;
      const isUnreachable: boolean = (lostAt !== undefined && now - lostAt >= lostAfterMs) || (wasUnreachable && !isOver);
      if (isOver) foundAt = undefined;
      if (isUnreachable && !wasUnreachable)
        local.log.info('the hub is unreachable: notices are read from members through the tunnels', { slice });
      if (!isUnreachable && wasUnreachable)
        local.log.info('the hub has been reachable for a while: notices are read only there', { slice });
      wasUnreachable = isUnreachable;
      const wanted = isUnreachable ? clustersOf(session) : suspects();
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

const startReading = (
  session: PeerBoardSession,
  { ask, random }: PeerBoardParts,
  positions: Map<string, Position>,
  onNotice: (spec: NoticeSpec) => void,
  signal: AbortSignal,
): KeyedTasks => {
  const slots = createSlots(clustersAtOnce);
  const reading = createKeyedTasks(
    (cluster, during) =>
      readPeerCluster(
        {
          session,
          cluster,
          ask,
          slots,
          waitMs: () => waitOf(reading.size),
          from: positions.get(cluster) ?? 0,
          random,
          onNotice,
          onRead: (position) => positions.set(cluster, position),
        },
        during,
      ),
    signal,
  );
  return reading;
};
