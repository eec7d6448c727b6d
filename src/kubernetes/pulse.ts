import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import type { Request, Transport } from './transport.ts';

/** How often a server is asked whether it answers, in milliseconds: while it does, and while it does not. */
const askEveryMs = 3_000;
const deadAskEveryMs = 1_000;
/** How soon it is asked again after it did not answer for the first time, and how long an answer may take, in milliseconds. */
const doubtMs = 500;
const answerWithinMs = 2_000;
/** So many questions in a row without an answer mean that the server does not answer. */
const missesUntilDead = 2;

/** The question: a check that costs a server next to nothing, and that everybody may read. */
const question = { method: 'GET', path: '/livez/ping', doing: 'see whether it answers' } as const;

/**
 * Whether a server answers, asked every 3 s while anybody has something open there: when packets are dropped on the way, neither a watch nor a request
 * fails by itself for a minute and more. It is known to be away 8 s after its last answer at the latest, and to be back about a second after it is.
 */
export interface Pulse {
  /** Resolves at once while the server answers, as far as is known, and else when it does; rejects with `Interrupted` when the signal aborts before. */
  answers(signal: AbortSignal): Promise<void>;
  /** A request failed without an answer: the server is asked now. */
  doubt(): void;
  /** A signal that aborts with `signal`, or with the reason as soon as the server does not answer. Call `end` when nothing is open any more. */
  open(signal: AbortSignal, onAnswer?: () => void): { readonly signal: AbortSignal; readonly end: () => void };
}

interface Follower {
  readonly lost: AbortController;
  readonly onAnswer: (() => void) | undefined;
}

/** A pulse that asks through a transport. It asks nothing while nothing is open. */
export const createPulse = (transport: Pick<Transport, 'send'>, server: string, clock: Clock): Pulse => {
  const followers = new Set<Follower>();
  const waiting = new Set<() => void>();
  let isRunning = false;
  let misses = 0;
  let answeredAt = clock.now();
  /** Ends the pause before the next question. */
  let wake = (): void => undefined;

  const isDead = (): boolean => misses >= missesUntilDead;

  /** Whether any answer comes in time; a refusal is one. */
  const ask = async (): Promise<boolean> => {
    const late = new AbortController();
    const cancel = clock.after(answerWithinMs, () => late.abort());
    try {
      await transport.send({ ...question, timeoutMs: answerWithinMs, signal: late.signal });
      return true;
    } catch (error) {
      return Failure.is(error) && error.status !== undefined;
    } finally {
      cancel();
    }
  };
  const found = (): void => {
    misses = 0;
    answeredAt = clock.now();
    for (const go of waiting) go();
    for (const { onAnswer } of followers) onAnswer?.();
  };
  const missed = (): void => {
    misses += 1;
    if (!isDead()) return;
    const since = new Date(answeredAt).toISOString();
    const failure = new Failure('Unavailable', `The API server ${server} has not answered since ${since}; check that it can be reached.`);
    for (const { lost } of followers) lost.abort(failure);
  };
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (followers.size > 0 || waiting.size > 0) {
      await rest(isDead() ? deadAskEveryMs : misses > 0 ? doubtMs : askEveryMs);
      if (followers.size === 0 && waiting.size === 0) break;
      if (await ask()) found();
      else missed();
    }
    isRunning = false;
  };
  const start = (): void => {
    if (isRunning) return;
    isRunning = true;
    void run();
  };

  return {
    answers: async (signal) => {
      if (!isDead()) return;
      await new Promise<void>((resolve, reject) => {
        const done = (): void => {
          waiting.delete(done);
          signal.removeEventListener('abort', interrupted);
          resolve();
        };
        const interrupted = (): void => {
          waiting.delete(done);
          reject(new Failure('Interrupted', `Waiting for ${server} to answer was cancelled.`, { cause: signal.reason }));
        };
        if (signal.aborted) return interrupted();
        signal.addEventListener('abort', interrupted, { once: true });
        waiting.add(done);
        start();
      });
    },
    doubt: () => {
      if (misses === 0) wake();
    },
    open: (signal, onAnswer) => {
      const follower = { lost: new AbortController(), onAnswer };
      followers.add(follower);
      start();
      return { signal: AbortSignal.any([signal, follower.lost.signal]), end: () => void followers.delete(follower) };
    },
  };
};

/**
 * A transport whose requests end as soon as the server is known not to answer, and wait, up to their deadline, until it answers again. The failure is
 * `Unavailable` and says since when there was no answer.
 */
export const withPulse = (transport: Transport, pulse: Pulse, clock: Clock): Transport => {
  /** Waits for the server for as long as the request may take; what it then fails with is the request's own failure. */
  const ready = async ({ signal, timeoutMs }: Request): Promise<void> => {
    const late = new AbortController();
    const cancel = clock.after(timeoutMs, () => late.abort());
    try {
      await pulse.answers(AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (signal.aborted) throw error;
    } finally {
      cancel();
    }
  };
  const explained = (error: unknown, { signal }: Request, opened: AbortSignal): unknown => {
    if (Failure.is(error, 'Unavailable') && error.status === undefined) pulse.doubt();
    return opened.aborted && !signal.aborted ? opened.reason : error;
  };
  return {
    send: async (request) => {
      await ready(request);
      const { signal, end } = pulse.open(request.signal);
      try {
        return await transport.send({ ...request, signal });
      } catch (error) {
        throw explained(error, request, signal);
      } finally {
        end();
      }
    },
    open: async (request) => {
      await ready(request);
      const { signal, end } = pulse.open(request.signal, request.onAnswer);
      try {
        const stream = await transport.open({ ...request, signal });
        const lost = (): void => void stream.destroy(request.signal.aborted ? undefined : signal.reason);
        signal.addEventListener('abort', lost, { once: true });
        stream.once('close', () => {
          signal.removeEventListener('abort', lost);
          end();
        });
        return stream;
      } catch (error) {
        end();
        throw explained(error, request, signal);
      }
    },
    close: () => transport.close(),
  };
};
