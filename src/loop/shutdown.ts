import type { Log } from '../telemetry/log.ts';
import { quietLog } from '../telemetry/quiet-log.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';

/** How a program ended: the reason, the failure if there was one, and the parts that did not stop in time. */
export type Ending = { readonly reason: string; readonly failure: Failure | undefined; readonly stuck: readonly string[] };

/**
 * The parts of a running program. They stop in the reverse order of their start, so that each part can rely on earlier ones until its end:
 * controllers stop before the mirrors they read, and the lease is released after the controllers it allows.
 */
export type Shutdown = {
  /** Aborts when stopping begins: from then on the program should not report ready. */
  readonly stopping: AbortSignal;
  /** Starts a part that works until its signal aborts. A part that ends or fails earlier stops the whole program. */
  run(name: string, part: (signal: AbortSignal) => Promise<void>): void;
  /** A step to run when the program stops, such as closing a server. */
  atStop(name: string, step: () => Promise<void> | void): void;
  /** Begins to stop; only the first call counts. */
  stop(reason: string, failure?: Failure): void;
  /** Resolves when everything has stopped or the deadline has passed. */
  readonly finished: Promise<Ending>;
};

/** Creates a program without parts. All parts together have `deadlineMs` to stop. @default 20_000 */
export const createShutdown = (options: { readonly deadlineMs?: number; readonly log?: Log; readonly clock?: Clock } = {}): Shutdown => {
  const { deadlineMs = 20_000, log = quietLog, clock = systemClock } = options;
  const stopping = new AbortController();
  const parts: { readonly name: string; readonly end: () => Promise<void> }[] = [];
  const { promise: finished, resolve: finish } = Promise.withResolvers<Ending>();

  const stopAll = async (reason: string, failure: Failure | undefined): Promise<void> => {
    const { promise: deadline, resolve: late } = Promise.withResolvers<'late'>();
    const cancel = clock.after(deadlineMs, () => late('late'));
    const stuck: string[] = [];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const { name, end } = part;
      const ended = end().catch((error: unknown) => log.warn('a part failed while it stopped', { part: name, error }));
      // After the deadline a part still gets one turn, enough to close at once.
      const outcome = await Promise.race([ended, deadline.then(nextTurn)]);
      if (outcome === 'late') stuck.push(name);
    }
    cancel();
    if (stuck.length > 0) log.error('parts did not stop in time', { stuck, deadlineMs });
    finish({ reason, failure, stuck });
  };

  const stop = (reason: string, failure?: Failure): void => {
    if (stopping.signal.aborted) return;
    log.info('stopping', { reason, ...(failure === undefined ? {} : { error: failure }) });
    stopping.abort(new Failure('Interrupted', `The program is stopping: ${reason}.`));
    void stopAll(reason, failure);
  };

  return {
    stopping: stopping.signal,
    run: (name, part) => {
      const own = new AbortController();
      const running = part(own.signal).then(
        () => stop(`${name} ended`),
        (error: unknown) => {
          if (!own.signal.aborted) stop(`${name} failed`, Failure.from(error));
          else if (!Failure.is(error, 'Interrupted')) throw error;
        },
      );
      // The stop awaits it; until then its error must not count as unhandled.
      running.catch(() => {});
      parts.push({
        name,
        end: () => {
          own.abort(stopping.signal.reason);
          return running;
        },
      });
    },
    atStop: (name, step) => void parts.push({ name, end: async () => step() }),
    stop,
    finished,
  };
};

const nextTurn = (outcome: 'late'): Promise<'late'> => new Promise((resolve) => setImmediate(() => resolve(outcome)));
