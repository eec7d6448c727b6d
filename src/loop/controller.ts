import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { quietLog } from '../telemetry/quiet-log.ts';
import { type Backoff, type Random } from '../values/backoff.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { createQueue, type Priority, type Queue } from './queue.ts';
import { type Watch } from './watching.ts';

/** Requests another run of the same key, even if nothing changes. */
export type Again = { readonly againMs: number };

/** Options of a controller; everything but name, watches and reconcile has a default. */
export type ControllerOptions = {
  /** For logs and metrics. */
  readonly name: string;
  /** The sources, and which keys a change concerns: see `watching`. */
  readonly watches: readonly Watch[];
  /**
   * Makes the actual state of one key match the desired one, from the whole state and not from the change. Never runs twice at a time for the same
   * key. The `retry` of a thrown `Failure` decides what follows; any other error is retried with backoff.
   */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Again | void>;
  /** Lane of a key: lanes take turns, so that one with many keys does not delay the others. @default one lane for all */
  readonly laneOf?: (key: string) => string;
  /** Keys processed at the same time. @default 1 */
  readonly concurrency?: number;
  /** A run that takes longer is cancelled and retried. @default 60_000 */
  readonly deadlineMs?: number;
  /** Waits after temporary failures. @default 200 ms doubling to 30 s */
  readonly backoff?: Backoff;
  /** Waits after write conflicts, which a fresh read resolves. @default 20 ms doubling to 2 s */
  readonly conflictBackoff?: Backoff;
  /** Enqueues all keys periodically, at low priority, in case a change was missed. */
  readonly resync?: { readonly everyMs: number; readonly keys: () => Iterable<string> };
  readonly log?: Log;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  readonly random?: Random;
};

/** A loop that keeps desired and actual state equal. */
export type Controller = {
  readonly name: string;
  /** Works until the signal aborts; then waits for the runs in flight. Can run once. */
  run(signal: AbortSignal): Promise<void>;
  enqueue(key: string, options?: { readonly priority?: Priority; readonly afterMs?: number }): void;
  /** Retries at once every key that waits for a retry, for example because a server answers again. */
  retryAll(): void;
  /** Nothing is ready or running; delayed keys do not count. */
  isIdle(): boolean;
};

/** Creates a controller; it does nothing before `run`. */
export const createController = (options: ControllerOptions): Controller => {
  const { name, watches, concurrency = 1, resync, clock = systemClock, random = Math.random } = options;
  const log = (options.log ?? quietLog).with({ controller: name });
  const queue = createQueue({ clock, random, laneOf: options.laneOf });

  const subscribe = ({ subscribe, priorityOf, keysFor }: Watch): (() => void) =>
    subscribe((change) => {
      try {
        const priority = priorityOf(change);
        for (const key of keysFor(change)) queue.add(key, { priority });
      } catch (error) {
        log.error('a change could not be turned into keys', { error });
      }
    });

  const resyncLater = (everyMs: number, keys: () => Iterable<string>): (() => void) => {
    let cancel = clock.after(everyMs * (1 - 0.1 * random()), function again() {
      try {
        for (const key of keys()) queue.add(key, { priority: 'low' });
      } catch (error) {
        log.error('the keys of a resync could not be listed', { error });
      }
      cancel = clock.after(everyMs * (1 - 0.1 * random()), again);
    });
    return () => cancel();
  };

  const work = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const taken = await queue.take(signal).catch(() => undefined);
      if (taken === undefined) return;
      options.metrics?.observe('queueWaitSeconds', { controller: name, priority: taken.priority }, taken.waitedMs / 1000);
      await runOnce(options, queue, log, clock, taken.key, signal);
      report(options.metrics, name, queue);
    }
  };

  return {
    name,
    run: async (signal) => {
      const unsubscribe = watches.map(subscribe);
      const stopResync = resync === undefined ? () => {} : resyncLater(resync.everyMs, resync.keys);
      try {
        await Promise.all(Array.from({ length: concurrency }, () => work(signal)));
      } finally {
        for (const end of unsubscribe) end();
        stopResync();
        queue.close();
      }
    },
    enqueue: (key, how) => queue.add(key, how),
    retryAll: () => queue.retryAll(),
    isIdle: () => {
      const { ready, running } = queue.depth();
      return ready + running === 0;
    },
  };
};

/** One run of one key, and the consequence of its outcome. */
const runOnce = async (
  options: ControllerOptions,
  queue: Queue,
  log: Log,
  clock: Clock,
  key: string,
  signal: AbortSignal,
): Promise<void> => {
  const { name, deadlineMs = 60_000, backoff = laterBackoff, conflictBackoff = soonBackoff, metrics } = options;
  const started = clock.monotonic();
  const run = new AbortController();
  const abort = (): void => run.abort(signal.reason);
  let late = false;
  const cancelDeadline = clock.after(deadlineMs, () => {
    late = true;
    run.abort();
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    const again = await options.reconcile(key, run.signal);
    queue.forget(key);
    queue.done(key);
    if (again !== undefined) queue.add(key, { afterMs: again.againMs, priority: 'low' });
    metrics?.add('reconciles', { controller: name, outcome: 'ok' });
  } catch (error) {
    queue.done(key);
    if (signal.aborted) return;
    const failure = late
      ? new Failure('Timeout', `The run took longer than ${deadlineMs} ms and was cancelled.`, { cause: error })
      : Failure.from(error);
    metrics?.add('reconciles', { controller: name, outcome: failure.retry });
    if (failure.retry === 'terminal') {
      queue.forget(key);
      // A proxy, an older server or a policy may cause the refusal, and its correction emits no change here.
      queue.add(key, { afterMs: refusedAgainMs, priority: 'low' });
      log.warn('reconcile refused', { object: key, error: failure });
      return;
    }
    const retryMs = Math.round(queue.retry(key, failure.retry === 'conflict' ? conflictBackoff : backoff));
    const failures = queue.failures(key);
    const fields = { object: key, error: failure.code === 'Unexpected' ? error : failure, failures, retryMs };
    // Conflicts are common, and a long outage must not fill the log: failures 1, 2, 4, 8, … are logged as warnings.
    if (failure.retry === 'conflict' || (failures & (failures - 1)) !== 0) log.debug('reconcile failed', fields);
    else log.warn('reconcile failed', fields);
  } finally {
    cancelDeadline();
    signal.removeEventListener('abort', abort);
    metrics?.observe('reconcileSeconds', { controller: name }, (clock.monotonic() - started) / 1000);
  }
};

/** After this long, a refused key is tried again even if nothing changed here, in milliseconds. */
const refusedAgainMs = 600_000;

const report = (metrics: Metrics | undefined, controller: string, queue: Queue): void => {
  if (metrics === undefined) return;
  for (const [state, count] of Object.entries(queue.depth())) metrics.set('queueDepth', { controller, state }, count);
};

const laterBackoff: Backoff = { firstMs: 200, maxMs: 30_000 };
const soonBackoff: Backoff = { firstMs: 20, maxMs: 2_000 };
