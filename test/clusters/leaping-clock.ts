import type { Clock } from '../../src/values/clock.ts';

/** The machine's time, until a test lets it leap. */
export type LeapingClock = Clock & {
  /** Moves time on; timers that become due by it fire at once. */
  leap(ms: number): void;
};

/** A clock that runs with the machine's. */
export const leapingClock = (): LeapingClock => {
  const waiting = new Set<() => void>();
  let ahead = 0;
  const monotonic = (): number => performance.now() + ahead;
  return {
    now: () => Date.now() + ahead,
    monotonic,
    after: (ms, callback) => {
      const due = monotonic() + ms;
      let timer: NodeJS.Timeout | undefined;
      const arm = (): void => {
        clearTimeout(timer);
        timer = setTimeout(fire, Math.min(2_147_483_647, Math.max(0, due - monotonic())));
      };
      const fire = (): void => {
        waiting.delete(arm);
        callback();
      };
      waiting.add(arm);
      arm();
      return () => {
        clearTimeout(timer);
        waiting.delete(arm);
      };
    },
    leap: (ms) => {
      ahead += ms;
      for (const arm of Array.from(waiting)) arm();
    },
  };
};
