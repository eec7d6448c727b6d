import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One thing that must succeed: a program, or a vitest project whose tests are counted one by one. */
export interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Set for a vitest run: its tests are counted from the report it writes. */
  readonly countsTests?: true;
  /** Prints while it runs instead of at its end; for long steps that run alone. */
  readonly live?: true;
}

/** What became of a step. A step without tests counts as one. */
export interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of a vitest run: the full names of the tests that failed, in order. */
  readonly failures: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped' | 'failures'>;

const execute = (step: Step, extra: readonly string[], signal: AbortSignal) =>
  new Promise<{ ok: boolean; output: string }>((resolve) => {
    const [program, ...args] = step.command;
    const child = spawn(program, [...args, ...extra], {
      stdio: step.live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGTERM',
    });
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    child.stderr?.on('data', (part: Buffer) => parts.push(part));
    let trouble = '';
    child.on('error', (error) => {
      trouble = `${program}: ${error.message}\n`;
    });
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(parts).toString() + trouble }));
  });

/** The numbers of a vitest report. A file that fails outside of its tests (an import, a hook) counts as one failed test. */
const countsOf = (file: string, ok: boolean): Counts => {
  try {
    const report: VitestReport = JSON.parse(readFileSync(file, 'utf8'));
    const failed = report.numFailedTests + (report.numFailedTests === 0 ? report.numFailedTestSuites : 0);
    return {
      passed: report.numPassedTests,
      failed: ok ? failed : Math.max(failed, 1),
      skipped: report.numPendingTests,
      failures: failuresOf(report),
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: [] };
  }
};

/** A line for each test that failed, with the first line of why, and for each file that failed without one. */
const failuresOf = ({ testResults }: VitestReport): string[] =>
  testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      if (failed.length === 0) return [name];
      return failed.map(
        ({ fullName, failureMessages }) => `${fullName}: ${failureMessages?.[0]?.split('\n')[0] ?? 'no message'} (${name})`,
      );
    });

/** Runs a step to its end. Never rejects: what went wrong is in the outcome. */
export const runStep = async (step: Step, signal: AbortSignal): Promise<Outcome> => {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'kubeslice-gate-'));
  const report = join(folder, 'report.json');
  try {
    const extra = step.countsTests ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
    const { ok, output } = await execute(step, extra, signal);
    const counts: Counts = step.countsTests ? countsOf(report, ok) : { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, failures: [] };
    const seconds = (performance.now() - started) / 1000;
    return { name: step.name, ok: ok && counts.failed === 0, seconds, output, ...counts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
