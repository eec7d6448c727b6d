import { spawn } from 'node:child_process';
import { Failure } from '../values/failure.ts';

/** What a finished program said. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly signal: AbortSignal;
  /** Written to the program's stdin. It is a socket: programs that reopen `/dev/stdin` (nft, wg) need a file instead. */
  readonly input?: string;
  /** @default 10000 */
  readonly timeoutMs?: number;
}

/** Runs a program to its end; the seam at which tests count and imitate commands. */
export type Run = (argv: readonly string[], options: RunOptions) => Promise<RunResult>;

/**
 * Runs a program without a shell. Resolves with any exit code; rejects with `CapabilityMissing` when the program is not installed, `Timeout`
 * or `Interrupted` when it was stopped.
 */
export const run: Run = (argv, { signal, input, timeoutMs = 10_000 }) =>
  new Promise((resolve, reject) => {
    const [command = '', ...args] = argv;
    if (signal.aborted) {
      reject(new Failure('Interrupted', `${command} was not started because the work was cancelled.`));
      return;
    }
    const child = spawn(command, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { PATH: searchPath, LC_ALL: 'C' },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let stopped: Failure | undefined;
    const stop = (failure: Failure): void => {
      stopped = failure;
      child.kill('SIGKILL');
    };
    const interrupt = (): void => stop(new Failure('Interrupted', `${command} was stopped because the work was cancelled.`));
    const timer = setTimeout(
      () => stop(new Failure('Timeout', `${command} did not finish within ${timeoutMs} ms and was stopped.`)),
      timeoutMs,
    );
    signal.addEventListener('abort', interrupt, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    };
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      const missing = cause.code === 'ENOENT';
      reject(
        new Failure(
          missing ? 'CapabilityMissing' : 'CommandFailed',
          missing ? `The program ${command} is not installed on this machine.` : `${command} could not be started: ${cause.message}`,
          { cause, retry: 'later' },
        ),
      );
    });
    child.on('close', (code, killed) => {
      settle();
      if (stopped) reject(stopped);
      else resolve({ code: code ?? (killed ? 128 : 1), stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    if (input !== undefined && child.stdin) {
      // A program that exits before it has read everything closes the pipe; its exit code says what happened.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    }
  });

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Like a `Run`, but any exit code other than 0 rejects with `CommandFailed` and what the program printed. Resolves with stdout. */
export const mustRun = async (runner: Run, argv: readonly string[], options: RunOptions): Promise<string> => {
  const result = await runner(argv, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr || result.stdout).trim().split('\n').slice(0, 3).join('; ');
  throw new Failure('CommandFailed', `\`${argv.join(' ')}\` failed with code ${result.code}: ${said}`);
};
