import type { PodAttachment } from '../../plan/facts/slice-network.ts';
import { type Backoff, backoffDelay } from '../../values/backoff.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';

/** The record of the last work on a pod. */
interface Worked {
  /** Identity of its namespace: a restarted pod has another one, and starts without a record. */
  readonly identity: string;
  /** How many times in close succession. */
  readonly times: number;
  readonly at: number;
  /** Why the pod is not correct while its repair is put off. */
  readonly failure: Failure;
}

/** Between two repairs of one pod; no jitter, because repairs of pods need not be spread. */
const backoff: Backoff = { firstMs: 200, maxMs: 5_000, jitter: 0 };
/** Repairs further apart than this do not count as successive: a periodic resync costs as much. */
const quietMs = 10_000;

/**
 * How soon each pod may be repaired again. A process in a pod with CAP_NET_ADMIN can delete the slice's interface as often as we create it. So each
 * repair of this pod waits longer, and the node and its other pods do not pay for it. The attachment and the first repair are immediate.
 */
export class RepairPace {
  readonly #clock: Clock;
  readonly #pods = new Map<string, Worked>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the pod must wait, in milliseconds, and why; undefined when it may be repaired now. */
  putOff(uid: string, identity: string | undefined): { readonly waitMs: number; readonly failure: Failure } | undefined {
    const worked = this.#pods.get(uid);
    if (worked === undefined || worked.identity !== identity || worked.times < 2) return undefined;
    const waitMs = Math.ceil(worked.at + backoffDelay(backoff, worked.times - 1, () => 0) - this.#clock.monotonic());
    return waitMs > 0 ? { waitMs, failure: worked.failure } : undefined;
  }

  /**
   * Records that the pod was attached or repaired, or that this failed.
   *
   * @param identity of its network namespace; without one, nothing is recorded
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
    `The slice interface of pod ${name} is removed or changed repeatedly by something in the pod or on its node; it is repaired only every few seconds. Find what changes it and stop it.`,
  );
