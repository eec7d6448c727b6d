import type { Random } from '../../values/backoff.ts';
import { listenerLimits, type PodPorts } from './question.ts';

/**
 * The known state of a pod's port: no answer yet, a program listens, none did in the last answer, none does in several, or the node does not report
 * it.
 */
export type PortState = 'new' | 'listening' | 'suspect' | 'closed' | 'unknown';

/** The state of a watched port. Times are of the monotonic clock, in milliseconds. */
export interface WatchedPort {
  readonly state: PortState;
  /** Since when this is the state. */
  readonly since: number;
  /** The last answer; undefined before the first. */
  readonly answeredAt: number | undefined;
  /** When to send the next question about it. */
  readonly dueAt: number;
  /** Consecutive questions without an answer. */
  readonly misses: number;
}

/** The intervals of questions, in milliseconds. */
export const listenerPace = {
  /** A new port: a program that starts may need a moment. */
  firstMs: 1_000,
  /** A port counts as closed only after two such answers. */
  confirmMs: 3_000,
  /** While nothing listens; with many such ports on a node this long for each of them. */
  wrongMs: 5_000,
  eachWrongMs: 250,
  restMs: 60_000,
  /** A state is dropped when its node has not confirmed it for this long. */
  forgetMs: 30_000,
  /** Ports that are due within this time join the question for others. */
  togetherMs: 12_000,
  /** Shortest interval between questions to one node. */
  gapMs: 1_000,
} as const;

/** A port without any answer yet. */
export const newPort = (now: number): WatchedPort => ({
  state: 'new',
  since: now,
  answeredAt: undefined,
  dueAt: now + listenerPace.firstMs,
  misses: 0,
});

/** A port that cannot be watched. */
export const unwatchable: WatchedPort = {
  state: 'unknown',
  since: 0,
  answeredAt: undefined,
  dueAt: Number.POSITIVE_INFINITY,
  misses: 0,
};

/** When to repeat the question about its ports, in milliseconds. */
export interface Pauses {
  readonly restMs: number;
  readonly wrongMs: number;
}

/** The pauses after an answer with so many ports without a listener; at rest they vary, so that the questions to all nodes do not coincide. */
export const pausesAfter = (closed: number, random: Random): Pauses => ({
  restMs: listenerPace.restMs * (0.9 + 0.2 * random()),
  wrongMs: Math.max(listenerPace.wrongMs, closed * listenerPace.eachWrongMs),
});

/**
 * The state after an answer.
 *
 * ```
 * a program listens                              next question at rest
 * none does, for the first time                  suspect; next question soon
 * none does, and none did shortly before         closed; frequent questions, to learn when it ends
 * ```
 * @param pauses those of the question, the same for all its ports, so that they stay together
 */
export const afterAnswer = (port: WatchedPort, isClosed: boolean, now: number, { restMs, wrongMs }: Pauses): WatchedPort => {
  const as = (state: PortState, dueAt: number): WatchedPort => ({
    state,
    since: port.state === state ? port.since : now,
    answeredAt: now,
    dueAt,
    misses: 0,
  });
  if (!isClosed) return as('listening', now + restMs);
  if (port.state === 'closed') return as('closed', now + wrongMs);
  if (port.state !== 'suspect') return as('suspect', now + listenerPace.confirmMs);
  const confirmedAt = port.since + listenerPace.confirmMs;
  return now < confirmedAt ? as('suspect', confirmedAt) : as('closed', now + wrongMs);
};

/** The state after a question without an answer, from a node whose agent is unreachable or too old: the state holds for a while. */
export const withoutAnswer = (port: WatchedPort, now: number): WatchedPort => {
  const misses = port.misses + 1;
  const dueAt = now + Math.min(listenerPace.restMs, listenerPace.wrongMs * 2 ** (misses - 1));
  const isForgotten = port.answeredAt === undefined || now - port.answeredAt >= listenerPace.forgetMs;
  return isForgotten && port.state !== 'unknown' ? { ...port, state: 'unknown', since: now, dueAt, misses } : { ...port, dueAt, misses };
};

/** A port with its pod's address in the slice. */
export interface AskedPort {
  readonly address: string;
  readonly port: number;
  readonly watched: WatchedPort;
}

/** The question for a node now: the ports that are due, and others that soon will be. None when nothing is due. */
export const dueQuestion = (ports: Iterable<AskedPort>, now: number): readonly PodPorts[] => {
  const all = [...ports];
  if (!all.some(({ watched }) => watched.dueAt <= now)) return [];
  const isDue = ({ watched }: AskedPort): boolean =>
    watched.dueAt <= now || (watched.state === 'listening' && watched.dueAt <= now + listenerPace.togetherMs);
  const byAddress = new Map<string, number[]>();
  let count = 0;
  for (const { address, port } of all.filter(isDue).toSorted((a, b) => a.watched.dueAt - b.watched.dueAt)) {
    if (count === listenerLimits.ports) break;
    const known = byAddress.get(address);
    if (known === undefined && byAddress.size === listenerLimits.pods) continue;
    if (known === undefined) byAddress.set(address, [port]);
    else known.push(port);
    count += 1;
  }
  return [...byAddress].map(([address, asked]) => ({ address, ports: asked }));
};

/** Milliseconds until the next question to a node; undefined when it has no port that can be watched. */
export const nextQuestionMs = (ports: Iterable<AskedPort>, now: number): number | undefined => {
  let dueAt = Number.POSITIVE_INFINITY;
  for (const { watched } of ports) dueAt = Math.min(dueAt, watched.dueAt);
  return Number.isFinite(dueAt) ? Math.max(listenerPace.gapMs, dueAt - now) : undefined;
};
