import { noticeKind } from '../../../api/kinds.ts';
import { clusterLabel, sliceLabel } from '../../../api/labels.ts';
import type { Notice } from '../../../api/notice/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import { type Heads, headsOf } from '../../../exchange/notice/heads.ts';
import { type NoticePage, type PositionedNotice, pageAfter, pageLimits, positionOf } from '../../../exchange/notice/notice-page.ts';
import { createMirror, type Mirror } from '../../../kubernetes/mirror.ts';
import type { Client } from '../../../kubernetes/port.ts';
import type { Log } from '../../../telemetry/log.ts';
import { type Clock, sleep } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';

/** Which notices are offered, and what reading them needs. */
export interface OfferedOptions {
  readonly client: Client;
  readonly slice: string;
  /** This cluster. */
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long notices are held after the last request, and how long a request waits for the first list, in milliseconds. */
const holdMs = 60_000;
const readWithinMs = 3_000;

/**
 * The notices that this cluster offers to the others in a slice: those that its worker keeps in `kubeslice-system`. They are read while members ask
 * and for a minute after that. Members compare them with the hub's board every few seconds, each time on the same node as long as its link is up: so one
 * node of a cluster holds them, and the others hold nothing.
 */
export class OfferedNotices {
  readonly #options: OfferedOptions;
  readonly #waiting = new Set<() => void>();
  #held: { readonly mirror: Mirror<Notice>; readonly end: () => void } | undefined;
  /** The summary, until something changes: many members wait for the same one. */
  #heads: Heads | undefined;
  #asking = 0;
  #cancelEnd: (() => void) | undefined;

  constructor(options: OfferedOptions) {
    this.#options = options;
  }

  /** Whether they are held now. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /**
   * The notices after a position; waits up to so many milliseconds for one. `Unavailable` while this cluster's own API server cannot be read,
   * `Interrupted` when the signal aborts.
   */
  async page(after: number, waitMs: number, signal: AbortSignal): Promise<NoticePage> {
    const { clock } = this.#options;
    return this.#using(async (mirror) => {
      const until = clock.monotonic() + Math.min(waitMs, pageLimits.waitMs);
      for (;;) {
        const page = pageAfter(placedOf(mirror), after);
        const left = until - clock.monotonic();
        if (page.notices.length > 0 || left <= 0) return page;
        await this.#change(left, signal);
      }
    }, signal);
  }

  /** The summary of all of them; waits up to so many milliseconds for something after a position. Fails as {@link page} does. */
  async heads(after: number, waitMs: number, signal: AbortSignal): Promise<Heads> {
    const { clock } = this.#options;
    return this.#using(async (mirror) => {
      const until = clock.monotonic() + Math.min(waitMs, pageLimits.waitMs);
      for (;;) {
        const heads = (this.#heads ??= headsOf(placedOf(mirror)));
        const left = until - clock.monotonic();
        if (heads.position !== after || left <= 0) return heads;
        await this.#change(left, signal);
      }
    }, signal);
  }

  /** Runs a task on the notices as soon as they are read, and holds them meanwhile. */
  async #using<T>(task: (mirror: Mirror<Notice>) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, slice } = this.#options;
    this.#asking += 1;
    this.#cancelEnd?.();
    this.#held ??= this.#hold();
    const { mirror } = this.#held;
    const timing = new AbortController();
    try {
      const late = sleep(clock, readWithinMs, AbortSignal.any([signal, timing.signal])).then(() => {
        throw new Failure('Unavailable', `The notices of slice ${slice} could not be read within ${readWithinMs} ms.`);
      });
      await Promise.race([mirror.synced(AbortSignal.any([signal, timing.signal])), late]);
      return await task(mirror);
    } finally {
      timing.abort();
      this.#asking -= 1;
      if (this.#asking === 0) this.#cancelEnd = clock.after(holdMs, () => this.stop());
    }
  }

  /** Holds nothing any more. */
  stop(): void {
    this.#cancelEnd?.();
    this.#held?.end();
    this.#held = undefined;
  }

  #hold(): { readonly mirror: Mirror<Notice>; readonly end: () => void } {
    const { client, slice, cluster, log, clock } = this.#options;
    const selection = { namespace: memberNamespace, labelSelector: `${sliceLabel}=${slice},${clusterLabel}=${cluster}` };
    const mirror = createMirror({ client, kind: noticeKind, ...selection, log, clock });
    this.#heads = undefined;
    mirror.subscribe(() => {
      this.#heads = undefined;
      for (const wake of this.#waiting) wake();
    });
    const ending = new AbortController();
    void mirror.run(ending.signal);
    return { mirror, end: () => ending.abort() };
  }

  /** Resolves at the next change, and after so many milliseconds. */
  async #change(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ending = new AbortController();
    this.#waiting.add(resolve);
    const time = sleep(this.#options.clock, ms, AbortSignal.any([signal, ending.signal]));
    try {
      await Promise.race([promise, time]);
    } finally {
      this.#waiting.delete(resolve);
      ending.abort();
    }
  }
}

const placedOf = (mirror: Mirror<Notice>): PositionedNotice[] =>
  mirror.list().flatMap(({ metadata, spec }) => {
    const position = positionOf(metadata.resourceVersion);
    return position === undefined || spec.kind === 'Links' ? [] : [{ position, spec }];
  });
