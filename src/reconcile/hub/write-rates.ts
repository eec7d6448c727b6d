import { weightLabel } from '../../api/labels.ts';
import { heaviest } from '../../exchange/notice/rate-weight.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { createEmitter } from '../../loop/emitter.ts';
import type { Source } from '../../loop/source.ts';
import { afterWrite, isForgotten, isSuspended, noWrites, type WriteRate } from '../../plan/board/write-rate.ts';
import type { Clock } from '../../values/clock.ts';
import type { KubernetesObject } from '../../values/object.ts';

/** A member that is suspended from writing to a board. */
export interface Suspension {
  readonly cluster: string;
  /** Namespace of the board. */
  readonly board: string;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
}

/** Which members write faster than their readers read. Emits a suspension when it begins and when it ends. */
export interface WriteRates extends Source<Suspension> {
  /** Counts created and changed notices until the signal aborts, and then drops what it counted: a later leader counts again. Existing ones do not count. */
  follow(notices: Pick<Mirror<KubernetesObject>, 'subscribe'>, signal: AbortSignal): void;
  /** A member is removed: what it wrote counts no more, and not against the one that joins under its name. */
  forget(cluster: string, boards: Iterable<string>): void;
  /** The current suspensions. */
  suspensions(): readonly Suspension[];
  /** How many rates are kept: at most twice as many as members that recently wrote or were suspended. */
  readonly size: number;
}

/** The author of the notice with this name, `<cluster>.<slot>`, which the API server has checked. */
const authorOf = (name: string): string => name.slice(0, name.indexOf('.'));

/** How much a notice counts: admission has checked the label, and one without it may be as large as any. */
const weightOf = (labels: Readonly<Record<string, string>> | undefined): number => Number(labels?.[weightLabel] ?? heaviest) || heaviest;

/** So many rates are kept before any is checked for expiry. */
const fewRates = 64;

/** Rates without any write. They are in memory, so they start again with the process. */
export const createWriteRates = (clock: Clock): WriteRates => {
  const rates = new Map<string, WriteRate>();
  const { emit, subscribe } = createEmitter<Suspension>();
  const suspended = new Map<string, { readonly suspension: Suspension; readonly cancelEnd: () => void }>();
  let sweepAt = fewRates;

  /** Drops expired rates, whenever there are twice as many as after the last time: so each write pays for a bounded part of it. */
  const sweep = (now: number): void => {
    for (const [key, rate] of rates) if (isForgotten(rate, now)) rates.delete(key);
    sweepAt = Math.max(fewRates, 2 * rates.size);
  };
  const count = (board: string, cluster: string, weight: number): void => {
    const key = `${board}/${cluster}`;
    const now = clock.monotonic();
    const before = rates.get(key) ?? noWrites;
    const rate = afterWrite(before, now, weight);
    rates.set(key, rate);
    if (rates.size > sweepAt) sweep(now);
    if (!isSuspended(rate, now) || isSuspended(before, now)) return;
    const suspension = { cluster, board, until: clock.now() + rate.suspendedUntil - now };
    suspended.set(key, { suspension, cancelEnd: clock.after(rate.suspendedUntil - now, () => end(key)) });
    emit(suspension);
  };
  const end = (key: string): void => {
    const one = suspended.get(key);
    if (one === undefined) return;
    suspended.delete(key);
    one.cancelEnd();
    emit(one.suspension);
  };

  return {
    subscribe,
    follow: (notices, signal) => {
      const unsubscribe = notices.subscribe(({ type, object, initial }) => {
        const { name, namespace = '', labels } = object.metadata;
        // The controller deletes the notices of a leaving cluster, which must not count against a later cluster of the same name.
        if (!initial && type !== 'deleted') count(namespace, authorOf(name), weightOf(labels));
      });
      const stop = (): void => {
        unsubscribe();
        // A timer that is left would keep the process alive until the suspension ends.
        for (const { cancelEnd } of suspended.values()) cancelEnd();
        suspended.clear();
        rates.clear();
      };
      signal.addEventListener('abort', stop, { once: true });
    },
    forget: (cluster, boards) => {
      for (const board of boards) {
        rates.delete(`${board}/${cluster}`);
        end(`${board}/${cluster}`);
      }
    },
    suspensions: () => [...suspended.values()].map(({ suspension }) => suspension),
    get size() {
      return rates.size;
    },
  };
};
