import type { PodAttachment } from '../plan/node/slice-network.ts';
import { type Backoff, backoffDelay } from '../values/backoff.ts';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';

/** What is remembered of a pod that was worked on. */
interface Worked {
  /** Which namespace it was: a pod that started again has another one, and begins anew. */
  readonly identity: string;
  /** How many times in close succession. */
  readonly times: number;
  readonly at: number;
  /** Why it is not right while its repair is put off. */
  readonly failure: Failure;
}

/** Between two repairs of one pod; no jitter, for nobody else keeps this pace. */
const backoff: Backoff = { firstMs: 200, maxMs: 5_000, jitter: 0 };
/** Repairs further apart than this do not follow one another: looking at everything from time to time costs as much. */
const quietMs = 10_000;

/**
 * How soon each pod may be repaired again. Whoever runs in a pod with CAP_NET_ADMIN can delete the slice's interface as often as we make it; the
 * pod's own connection waits longer each time, and the node and its other pods do not pay for it. The attachment and the first repair come at
 * once.
 */
export class RepairPace {
  readonly #clock: Clock;
  readonly #pods = new Map<string, Worked>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the pod must wait, in milliseconds, and why; undefined when it may be worked on now. */
  putOff(uid: string, identity: string | undefined): { readonly waitMs: number; readonly failure: Failure } | undefined {
    const worked = this.#pods.get(uid);
    if (worked === undefined || worked.identity !== identity || worked.times < 2) return undefined;
    const waitMs = Math.ceil(worked.at + backoffDelay(backoff, worked.times - 1, () => 0) - this.#clock.monotonic());
    return waitMs > 0 ? { waitMs, failure: worked.failure } : undefined;
  }

  /**
   * The pod was attached or repaired, or that failed.
   *
   * @param identity of its network namespace; a pod without one has nothing that could be worked on
   */
  worked({ uid, name }: Pick<PodAttachment, 'uid' | 'name'>, identity: string | undefined, failure: Failure = brokenAgain(name)): void {
    if (identity === undefined) return;
    const before = this.#pods.get(uid);
    const at = this.#clock.monotonic();
    const follows = before !== undefined && before.identity === identity && at - before.at < quietMs;
    this.#pods.set(uid, { identity, times: follows ? before.times + 1 : 1, at, failure });
  }

  /** Forgets all other pods. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#pods.keys()) if (!uids.has(uid)) this.#pods.delete(uid);
  }
}

const brokenAgain = (name: string): Failure =>
  new Failure(
    'Unavailable',
    `The slice interface of pod ${name} is removed or changed again and again, by something that runs in the pod or on its node; it is repaired only every few seconds.`,
  );
