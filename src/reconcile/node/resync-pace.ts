import { type Backoff, backoffDelay } from '../../values/backoff.ts';
import type { Clock } from '../../values/clock.ts';

/** Changes come in bursts, including our own; one resync afterwards is enough. */
const settleMs = 200;
/** The intervals of resyncs that repair nothing; no jitter, because nothing else on this machine runs in step. */
const backoff: Backoff = { firstMs: 400, maxMs: 5_000, jitter: 0 };
/** Resyncs further apart than this do not count as successive. */
const quietMs = 8_000;

/**
 * When to resync after the kernel reported a change. A pod may change addresses and routes of its own as often as it likes (a routing daemon does),
 * and each change is reported. So successive resyncs that repair nothing become rarer. One that repaired something resets the pace, and so does a
 * quiet time.
 */
export class ResyncPace {
  readonly #clock: Clock;
  #changed = false;
  #last = Number.NEGATIVE_INFINITY;
  /** Successive resyncs that repaired nothing. */
  #idle = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A change was reported; returns after how many milliseconds to resync. */
  changed(): number {
    this.#changed = true;
    // The first resync without a repair is caused by our own changes.
    const gap = this.#idle < 2 ? 0 : backoffDelay(backoff, this.#idle - 1, () => 0);
    return Math.max(settleMs, Math.ceil(this.#last + gap - this.#clock.monotonic()));
  }

  /** A complete resync ran, for any reason. */
  resynced(repaired: boolean): void {
    // A resync for another reason is no evidence about the reported changes.
    if (!this.#changed) return;
    const now = this.#clock.monotonic();
    const follows = now - this.#last < quietMs;
    this.#idle = repaired ? 0 : follows ? this.#idle + 1 : 1;
    this.#changed = false;
    this.#last = now;
  }
}
