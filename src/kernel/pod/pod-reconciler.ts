import type { Run } from '../../host/run.ts';
import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { netnsIdentity } from '../netns.ts';
import type { Report } from '../slice/report.ts';
import { attachPod, repairPod } from './attach.ts';
import type { PodGuard } from './pod-guard.ts';
import { RepairPace } from './repair-pace.ts';

/** The last pod state found correct: in which namespace, and in which pass. */
interface Checked {
  readonly identity: string | undefined;
  readonly pass: number;
}

/** How many pods one pass of scope `everything` observes, the longest unobserved first; each costs a process of about 8 ms. */
const podsPerPass = 8;

/** Keeps the interfaces of the pods of one slice. */
export class PodReconciler {
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

  /** Begins a pass that also observes pods that have their interface. */
  beginPass(): void {
    this.#pass += 1;
  }

  /** Forgets all pods but these: failures of the slice's pods, and observations of the attached ones. */
  keep(pods: ReadonlySet<string>, attached: ReadonlySet<string>): void {
    this.#pace.keep(pods);
    for (const uid of this.#checked.keys()) if (!attached.has(uid)) this.#checked.delete(uid);
  }

  /** Attaches the pods without an interface, and observes those longest unobserved. A failure of one pod does not affect the others. */
  async converge(
    network: SliceNetwork,
    indexOf: (pod: PodAttachment) => number | undefined,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const present = network.pods.filter((pod) => indexOf(pod) !== undefined);
    const passOf = (pod: PodAttachment): number => this.#checked.get(pod.uid)?.pass ?? 0;
    const identities = new Map(await Promise.all(present.map(async (pod) => [pod.uid, await netnsIdentity(pod.netns)] as const)));
    // A pod with another namespace than in the last pass was restarted: it does not wait for its turn.
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
          // A pod that has its interface was left correct.
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
