import { arrive, nothingYet, type Rate } from '../values/cell-rate.ts';
import { type Clock, sleep } from '../values/clock.ts';

/** Lets work begin at a rate. Waiting work continues in the order of its arrival. */
export interface Pace {
  /** Resolves when work of this weight may begin; `Interrupted` when the signal aborts before. */
  turn(weight: number, signal: AbortSignal): Promise<void>;
  /** When a caller last had to wait, by the monotonic clock; undefined if none had to. */
  heldAt(): number | undefined;
}

/** A pace that has admitted nothing yet. */
export const createPace = (rate: Rate, clock: Clock): Pace => {
  let doneAtBefore = nothingYet;
  let heldAt: number | undefined;
  return {
    turn: async (weight, signal) => {
      const now = clock.monotonic();
      const { doneAt, conformsAt } = arrive(rate, doneAtBefore, now, weight);
      doneAtBefore = doneAt;
      if (conformsAt <= now) return;
      heldAt = now;
      await sleep(clock, Math.ceil(conformsAt - now), signal);
    },
    heldAt: () => heldAt,
  };
};
