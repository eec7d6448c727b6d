import { type Outcome, runStep, type Step } from './step.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const report = (step: Step, outcome: Outcome): void => {
  const tests = step.countsTests ? `, ${outcome.passed} tests${outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''}` : '';
  say(`${outcome.ok ? 'ok  ' : 'FAIL'} ${outcome.name} (${outcome.seconds.toFixed(1)} s${tests})`);
  if (!outcome.ok) say(outcome.output.trimEnd());
  else for (const line of outcome.output.split('\n')) if (line.startsWith('skipped: ')) say(`     ${line}`);
};

/** Runs the steps, at most `parallel` at once, in the order of the list, and prints each when it ends. */
export const runSteps = async (steps: readonly Step[], parallel: number, signal: AbortSignal): Promise<Outcome[]> => {
  const waiting = [...steps];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined && !signal.aborted; step = waiting.shift()) {
      const outcome = await runStep(step, signal);
      outcomes.push(outcome);
      report(step, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, steps.length) }, work));
  return outcomes;
};

/** The closing line, alone: what people and CI read to know how it went. Returns the exit code. */
export const close = (outcomes: readonly Outcome[]): number => {
  const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const failed = sum('failed');
  if (sum('skipped') > 0) say(`${sum('skipped')} skipped; the reasons are above`);
  // Once more by name, for the output of a failed step can be thousands of lines up.
  for (const outcome of outcomes.filter(({ ok }) => !ok)) {
    say(`failed: ${outcome.name}`);
    for (const failure of outcome.failures) say(`  ${failure}`);
  }
  say(`${sum('passed')} passed, ${failed} failed`);
  return failed === 0 && outcomes.every((outcome) => outcome.ok) ? 0 : 1;
};
