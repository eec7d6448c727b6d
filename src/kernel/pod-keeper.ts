import type { PodAttachment, SliceNetwork } from '../plan/node/slice-network.ts';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { attachPod, repairPod } from './attach.ts';
import { netnsIdentity } from './netns.ts';
import type { PodGuard } from './pod-guard.ts';
import { RepairPace } from './repair-pace.ts';
import type { Report } from './report.ts';
import type { Run } from './run.ts';

/** A pod that was seen to be right: in which namespace, and in which pass. */
interface Checked {
  readonly identity: string | undefined;
  readonly pass: number;
}

/** How many pods are looked into in one pass of scope `everything`, the longest unseen first; one costs a process of about 8 ms. */
const podsPerPass = 8;

/** Keeps the interfaces of the pods of one slice. */
export class PodKeeper {
  readonly #run: Run;
  readonly #guard: PodGuard;
  readonly #checked = new Map<string, Checked>();
  readonly #pace: RepairPace;
  #pass = 0;

  constructor(run: Run, guard: PodGuard, clock: Clock) {
    this.#run = run;
    this.#guard = guard;
    this.#pace = new RepairPace(clock);
  }

  /** Begins a pass that looks into pods that have their interface, too. */
  beginPass(): void {
    this.#pass += 1;
  }

  /** Forgets all pods but these: what failed of the pods of the slice, and what was seen of those that are attached. */
  keep(pods: ReadonlySet<string>, attached: ReadonlySet<string>): void {
    this.#pace.keep(pods);
    for (const uid of this.#checked.keys()) if (!attached.has(uid)) this.#checked.delete(uid);
  }

  /** Attaches the pods without an interface, and looks into those longest unseen. One pod's failure is its own. */
  async converge(
    network: SliceNetwork,
    indexOf: (pod: PodAttachment) => number | undefined,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const present = network.pods.filter((pod) => indexOf(pod) !== undefined);
    const passOf = (pod: PodAttachment): number => this.#checked.get(pod.uid)?.pass ?? 0;
    const identities = new Map(await Promise.all(present.map(async (pod) => [pod.uid, await netnsIdentity(pod.netns)] as const)));
    // A pod whose namespace is another one than at the last look was started again: it does not wait for its turn.
    const moved = present.filter((pod) => this.#checked.get(pod.uid)?.identity !== identities.get(pod.uid));
    const turn = present
      .filter((pod) => !moved.includes(pod))
      .toSorted((a, b) => passOf(a) - passOf(b))
      .slice(0, podsPerPass);
    const work = [...network.pods.filter((pod) => indexOf(pod) === undefined), ...moved, ...turn];
    const next = work.values();
    const worker = async (): Promise<void> => {
      for (const pod of next) {
        const index = indexOf(pod);
        const identity = await netnsIdentity(pod.netns);
        const putOff = this.#pace.putOff(pod.uid, identity);
        if (putOff !== undefined) {
          report.putOff.set(pod.uid, putOff.waitMs);
          // One that has its interface was left right.
          if (index === undefined) report.podFailures.set(pod.uid, putOff.failure);
          continue;
        }
        try {
          if (index === undefined) await attachPod(this.#run, this.#guard, network, pod, signal);
          const changed = index === undefined || (await repairPod(this.#run, this.#guard, network, pod, index, signal));
          if (changed) report.changes.push(`${network.slice}: ${index === undefined ? 'attach' : 'repair'} ${pod.name}`);
          if (changed) this.#pace.worked(pod, identity);
          this.#checked.set(pod.uid, { identity, pass: this.#pass });
        } catch (error) {
          const failure = Failure.from(error);
          this.#pace.worked(pod, identity, failure);
          report.podFailures.set(pod.uid, failure);
        }
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  }
}
