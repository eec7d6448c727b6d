import type { Clock } from '../../src/values/clock.ts';

/** The machine's time, until a test lets it leap or holds it. */
export type LeapingClock = Clock & {
  /** Moves time on; timers that become due by it fire at once. */
  leap(ms: number): void;
  /** Lets time stand still, but for leaps, until the returned function is called. */
  hold(): () => void;
};

/** A clock that runs with the machine's. */
export const leapingClock = (): LeapingClock => {
  const waiting = new Set<() => void>();
  let ahead = 0;
  let heldAt: number | undefined;
  const monotonic = (): number => heldAt ?? performance.now() + ahead;
  const armAll = (): void => {
    for (const arm of Array.from(waiting)) arm();
  };
  return {
    now: () => Date.now() + monotonic() - performance.now(),
    monotonic,
    after: (ms, callback) => {
      const due = monotonic() + ms;
      let timer: NodeJS.Timeout | undefined;
      const arm = (): void => {
        clearTimeout(timer);
        if (heldAt !== undefined && due > heldAt) return;
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
      if (heldAt === undefined) ahead += ms;
      else heldAt += ms;
      armAll();
    },
    hold: () => {
      heldAt ??= monotonic();
      armAll();
      return () => {
        if (heldAt !== undefined) ahead = heldAt - performance.now();
        heldAt = undefined;
        armAll();
      };
    },
  };
};

/** So many turns of the event loop without a request mean that nothing is under way but what waits for time. */
const quietTurns = 10;
/** A busy machine may take so long in all, in its own time. A test that passes does not. */
const patienceMs = 120_000;

/** How time passes while something is waited for, in milliseconds of the fleet's time. */
export type Pace = {
  /** From check to check. @default 100 */
  readonly stepMs?: number;
  /** Until the check must hold. @default for ever */
  readonly withinMs?: number;
};

/**
 * Lets the fleet's time pass in steps until a check holds, and between two steps everything happen that needs no time: how busy the machine is changes
 * nothing. `activity` grows with every request.
 *
 * @throws what the check throws, when it does not hold in time.
 */
export const soon = async (
  clock: LeapingClock,
  activity: () => number,
  check: () => void,
  { stepMs = 100, withinMs = Number.POSITIVE_INFINITY }: Pace = {},
): Promise<void> => {
  const release = clock.hold();
  const [began, begun] = [clock.monotonic(), performance.now()];
  try {
    for (;;) {
      await quiet(activity);
      try {
        return check();
      } catch (error) {
        if (clock.monotonic() - began >= withinMs || performance.now() - begun > patienceMs) throw error;
      }
      clock.leap(stepMs);
    }
  } finally {
    release();
  }
};

const quiet = async (activity: () => number): Promise<void> => {
  let before = activity();
  for (let turns = 0, all = 0; turns < quietTurns && all < 100 * quietTurns; turns += 1, all += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (activity() !== before) turns = 0;
    before = activity();
  }
};
