/** Receives one line of output. */
export type Report = (line: string) => void;

/** Reports what is done, how long it took and what is left. */
export interface Progress {
  /** An announced step is done. */
  done(step: string): void;
  /** A note that is not a step. */
  note(text: string): void;
}

/** Starts with the names of all steps; each is reported as done once. `now` is a clock in milliseconds. */
export function createProgress(steps: readonly string[], report: Report, now: () => number): Progress {
  const left = new Set(steps);
  const started = now();
  const line = (text: string): void => report(`${((now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  return {
    done: (step) => {
      left.delete(step);
      const names = [...left].slice(0, 3).join(', ');
      const rest = left.size > 3 ? ` and ${left.size - 3} more` : '';
      line(left.size === 0 ? step : `${step}  (left: ${names}${rest})`);
    },
    note: line,
  };
}
