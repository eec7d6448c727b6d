import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { Request, Transport } from './transport.ts';

/** The interval of checks, in milliseconds: while the server answers, and while it does not. */
const askEveryMs = 3_000;
const deadAskEveryMs = 1_000;
/** The delay of the second check after the first unanswered one, and how long an answer may take, in milliseconds. */
const doubtMs = 500;
const answerWithinMs = 2_000;
/** After so many consecutive checks without an answer the server counts as unreachable. */
const missesUntilDead = 2;

/**
 * The check, which costs a server next to nothing. It carries no token: an expired one would have to be renewed first, which may take longer than an answer,
 * and each attempt would end with the check.
 */
const question = { method: 'GET', path: '/livez/ping', doing: 'see whether it answers', anonymous: true } as const;

/**
 * Whether a server answers, checked every 3 s while anything is open. When packets are dropped on the path, a watch or request fails by itself only
 * after a minute or more. The pulse detects it within 8 s after the last answer, and the return of the server about a second after it.
 */
export interface Pulse {
  /**
   * Resolves at once while the server answers, as far as known, and otherwise when it answers again; rejects with `Interrupted` when the signal
   * aborts before.
   */
  answers(signal: AbortSignal): Promise<void>;
  /** A request failed without an answer: check the server now. */
  doubt(): void;
  /** A signal that aborts with `signal`, or with the reason as soon as the server does not answer. Call `end` when nothing is open any more. */
  open(signal: AbortSignal, onAnswer?: () => void): { readonly signal: AbortSignal; readonly end: () => void };
}

interface Follower {
  readonly lost: AbortController;
  readonly onAnswer: (() => void) | undefined;
}

/** A pulse that checks through a transport, and only while something is open. */
export const createPulse = (transport: Pick<Transport, 'send'>, server: string, clock: Clock): Pulse => {
  const followers = new Set<Follower>();
  const waiting = new Set<() => void>();
  let isRunning = false;
  let misses = 0;
  let answeredAt = clock.now();
  /** Ends the pause before the next check. */
  let wake = (): void => undefined;

  const isDead = (): boolean => misses >= missesUntilDead;

  /** Whether any answer arrives in time; a refusal counts. */
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
 * A transport whose requests end as soon as the server is known to be unreachable, and wait, up to their deadline, until it answers again. The
 * failure is `Unavailable` and contains the time of the last answer.
 */
export const withPulse = (transport: Transport, pulse: Pulse, clock: Clock): Transport => {
  /** Waits for the server for as long as the request may take; a timeout here is the request's own failure. */
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
