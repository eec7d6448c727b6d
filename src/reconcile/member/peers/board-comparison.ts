import type { NoticeSpec } from '../../../api/notice/type.ts';
import { followWithheld, type WithheldStatements } from '../../../exchange/judgement/withheld.ts';
import { refKey, type StatementRef, statementOf } from '../../../exchange/ledger/ledger.ts';
import type { Heads } from '../../../exchange/notice/heads.ts';
import { readNotice } from '../../../exchange/notice/notice.ts';
import type { Position } from '../../../exchange/notice/notice-page.ts';
import { createKeyedTasks, type KeyedTasks } from '../../../loop/keyed-tasks.ts';
import { createSignals } from '../../../loop/signals.ts';
import { createSlots } from '../../../loop/slots.ts';
import type { Source } from '../../../loop/source.ts';
import { checksInTurn, confirmAfterMs, nextCheckMs, nextRound } from '../../../plan/board/board-checks.ts';
import { judgeDifference, mayRead, type ReadingPause } from '../../../plan/board/board-difference.ts';
import type { WithheldCluster } from '../../../plan/board/withholding.ts';
import type { Random } from '../../../values/backoff.ts';
import { sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { sortedBy } from '../../../values/text/order.ts';
import { watchHeads } from '../receive/heads-watch.ts';
import type { Session } from '../session/session.ts';
import type { AskAgent, AskHeads } from './ask-agent.ts';
import { askAnyAgent } from './ask-any-agent.ts';
import { type BoardDigests, followDigests } from './board-digests.ts';

/** How the comparison sends requests, and where it stores its results. */
export interface BoardComparisonParts {
  readonly ask: AskAgent;
  readonly askHeads: AskHeads;
  readonly random: Random;
  /** Receives a notice that was read from its author. */
  readonly onNotice: (spec: NoticeSpec) => void;
  /** The position up to which each cluster was read; known notices of the board count as read too. */
  readonly positions: Map<string, Position>;
}

/**
 * Compares the board of the hub with what members offer themselves: a hub that answers may hide what one author publishes, or show an old board to
 * one reader. Emits when the set of withheld clusters changes.
 */
export interface BoardComparison extends Source<undefined> {
  /** The clusters of which the board withholds something, for longer than it may lag. */
  withheld(): readonly WithheldCluster[];
  /** Records that a cluster offers a notice. */
  offered(spec: NoticeSpec): void;
  /** Compares until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** The state of one cluster since the board last had everything that it offers. */
interface Difference {
  readonly offered: Map<string, StatementRef>;
  readonly readAt: number;
  /** The position up to which it was read. */
  readTo: Position;
  withheld: WithheldStatements;
}

/** Maximum number of pages of a cluster that are read at once; the rest follows with the next comparison. */
const mostPages = 16;
/** Maximum number of concurrent requests: one member that does not answer must not delay a turn. */
const askedAtOnce = 4;
/** Up to this many members are each followed continuously, and answer when they have something new; more are compared in turns. */
const mostAttended = 16;
/** How often differences are checked while no comparison takes place, in milliseconds. It costs nothing while nothing differs. */
const followMs = 1_000;

/** A comparison before its start. */
export const createBoardComparison = (session: Session, parts: BoardComparisonParts): BoardComparison => {
  const { board, clock, hub, slice, local } = session;
  const { random, positions, onNotice } = parts;
  const slots = createSlots(askedAtOnce + mostAttended);
  const differences = new Map<string, Difference>();
  /** Clusters that offered nothing new although they differed. */
  const pauses = new Map<string, ReadingPause>();
  /** Clusters with withheld notices, and since when, in milliseconds since 1970. */
  const suspects = new Map<string, number>();
  const { emit, subscribe } = createSignals();
  let round: readonly string[] = [];
  let digests: BoardDigests | undefined;

  const shownBy = (cluster: string): NoticeSpec[] =>
    board.byIndex('cluster', cluster).flatMap(({ spec }) => {
      const read = readNotice(spec);
      return typeof read === 'string' ? [] : [read];
    });
  const members = (): string[] =>
    [...session.ledger().clusters.keys()].filter(
      (cluster) => cluster !== hub.cluster && statementOf(session.ledger(), 'Cluster', cluster, cluster) !== undefined,
    );
  const question = <T>(put: (address: string, signal: AbortSignal) => Promise<T>, waitMs: number, signal: AbortSignal): Promise<T> =>
    askAnyAgent(session, { slots, random, agent: undefined, waitMs, question: put }, signal).then(({ answer }) => answer);
  const headsOf = (cluster: string, signal: AbortSignal, after: Position = 0, waitMs = 0): Promise<Heads> =>
    question((address, during) => parts.askHeads(address, { slice, cluster, after, waitMs }, during), waitMs, signal);
  /** Without the hub, all members are read anyway. */
  const isComparable = (): boolean => board.staleSince() === undefined && board.isSynced();
  const isSame = (cluster: string, { digest }: Heads): boolean => digest === digests?.of(cluster);

  const trusted = (cluster: string): void => {
    differences.delete(cluster);
    if (!suspects.delete(cluster)) return;
    local.log.info('the hub shows again what a member publishes', { slice, cluster });
    emit();
  };
  const suspected = (cluster: string, forMs: number): void => {
    if (suspects.has(cluster)) return;
    suspects.set(cluster, clock.now() - forMs);
    local.log.warn('the hub does not show what a member publishes: it is read from the member', { slice, cluster });
    emit();
  };
  const noteOffer = (spec: NoticeSpec): void => {
    const ref = { kind: spec.kind, cluster: spec.cluster, subject: spec.subject };
    differences.get(spec.cluster)?.offered.set(refKey(ref), ref);
  };

  /** Reads what a cluster offers beyond what the board last had of it, and beyond what was read since. */
  const read = async (cluster: string, signal: AbortSignal): Promise<void> => {
    const from = positions.get(cluster) ?? 0;
    const difference: Difference = differences.get(cluster) ?? {
      offered: new Map(),
      readAt: clock.monotonic(),
      readTo: from,
      withheld: new Map(),
    };
    differences.set(cluster, difference);
    for (let pages = 0; pages < mostPages; pages += 1) {
      const after = difference.readTo;
      const page = await question((address, during) => parts.ask(address, { slice, cluster, after, waitMs: 0 }, during), 0, signal);
      for (const notice of page.notices) {
        noteOffer(notice);
        onNotice(notice);
      }
      difference.readTo = page.next;
      if (!page.more || page.notices.length === 0) return;
    }
  };

  const matches = (cluster: string, heads: Heads): boolean => {
    if (!isSame(cluster, heads)) return false;
    positions.set(cluster, heads.position);
    pauses.delete(cluster);
    trusted(cluster);
    return true;
  };
  const check = async (cluster: string, heads: Heads, signal: AbortSignal): Promise<void> => {
    if (matches(cluster, heads)) return;
    const open = differences.get(cluster);
    if (open !== undefined) {
      // A known difference is read from its last position on.
      if (heads.position > open.readTo) await read(cluster, signal);
      return;
    }
    await sleep(clock, confirmAfterMs, signal);
    if (matches(cluster, await headsOf(cluster, signal))) return;
    if (mayRead(pauses.get(cluster), clock.monotonic())) await read(cluster, signal);
  };
  /** A member that cannot be reached now is compared the next time. */
  const onFailure = (cluster: string, error: unknown): void =>
    local.log.debug('a member could not be compared with the board', { slice, cluster, error });
  const nextMs = (): number => nextCheckMs(differences.size > 0, random);

  /** Checks a difference again: the board catches up, or the offer was known, or the board withholds it. */
  const follow = (cluster: string, difference: Difference): void => {
    const now = clock.monotonic();
    const shown = new Map(shownBy(cluster).map((spec) => [refKey(spec), spec]));
    difference.withheld = followWithheld(
      difference.withheld,
      difference.offered.values(),
      session.ledger(),
      (ref) => shown.get(refKey(ref)),
      now,
    );
    const judged = judgeDifference({ ...difference, isSuspected: suspects.has(cluster), pause: pauses.get(cluster) }, now);
    if (judged.is === 'open') return;
    if (judged.is === 'withheld') return suspected(cluster, now - judged.since);
    if (judged.is === 'fruitless') pauses.set(cluster, judged.pause);
    trusted(cluster);
  };

  const attend = (cluster: string, signal: AbortSignal): Promise<void> =>
    watchHeads(
      {
        clock,
        ask: (after, waitMs, during) => headsOf(cluster, during, after, waitMs),
        take: (heads, during) => check(cluster, heads, during),
        isComparable,
        pauseMs: nextMs,
        onFailure: (error) => onFailure(cluster, error),
      },
      signal,
    );

  /** Checks the differences, and compares the members whose turn it is; resolves to how long to wait until the next time, in milliseconds. */
  const step = async (attended: KeyedTasks, signal: AbortSignal): Promise<number> => {
    if (!isComparable()) return followMs;
    for (const [cluster, difference] of differences) follow(cluster, difference);
    const others = members();
    attended.follow(others.length <= mostAttended ? others : []);
    if (others.length <= mostAttended) return followMs;
    round = nextRound(round, others, random);
    const asked = round.slice(0, checksInTurn(others.length, differences.size > 0));
    round = round.slice(asked.length);
    await Promise.all(
      asked.map(async (cluster) => {
        try {
          await check(cluster, await headsOf(cluster, signal), signal);
        } catch (error) {
          if (signal.aborted) throw error;
          onFailure(cluster, error);
        }
      }),
    );
    return nextMs();
  };

  return {
    withheld: () =>
      sortedBy(
        [...suspects].map(([cluster, since]) => ({ cluster, since })),
        ({ cluster }) => cluster,
      ),
    offered: noteOffer,
    run: async (signal) => {
      digests = followDigests(board);
      const attended = createKeyedTasks((cluster, during) => attend(cluster, during).catch(onlyInterrupted), signal);
      try {
        while (!signal.aborted) await sleep(clock, await step(attended, signal), signal);
      } catch (error) {
        onlyInterrupted(error);
      } finally {
        await attended.stop();
        digests.stop();
      }
    },
    subscribe,
  };
};

const onlyInterrupted = (error: unknown): void => {
  if (!Failure.is(error, 'Interrupted')) throw error;
};
