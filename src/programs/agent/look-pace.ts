import { type Backoff, backoffDelay } from '../../values/backoff.ts';
import type { Clock } from '../../values/clock.ts';

/** Changes come in bursts, our own among them; one look afterwards is enough. */
const settleMs = 200;
/** From one look to the next while they find nothing; no jitter, for nothing else on this machine keeps this pace. */
const backoff: Backoff = { firstMs: 400, maxMs: 5_000, jitter: 0 };
/** Looks further apart than this do not follow one another. */
const quietMs = 8_000;

/**
 * When to look after the kernel reported a change. A pod may change addresses and routes of its own as often as it likes (a routing daemon does),
 * and each is reported: looks that follow closely and find nothing to repair come ever more seldom. One that found something makes the next
 * prompt again, and so does a quiet time.
 */
export class LookPace {
  readonly #clock: Clock;
  #changed = false;
  #last = Number.NEGATIVE_INFINITY;
  /** Looks in close succession that found nothing. */
  #idle = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A change was reported; after how many milliseconds it is to be looked at. */
  changed(): number {
    this.#changed = true;
    // The first idle look is the echo of our own changes.
    const gap = this.#idle < 2 ? 0 : backoffDelay(backoff, this.#idle - 1, () => 0);
    return Math.max(settleMs, Math.ceil(this.#last + gap - this.#clock.monotonic()));
  }

  /** Everything was looked at, for whatever reason. */
  looked(repaired: boolean): void {
    // What had another reason says nothing of those who change things.
    if (!this.#changed) return;
    const now = this.#clock.monotonic();
    const follows = now - this.#last < quietMs;
    this.#idle = repaired ? 0 : follows ? this.#idle + 1 : 1;
    this.#changed = false;
    this.#last = now;
  }
}
