import { spawn } from 'node:child_process';
import { Failure } from '../values/failure.ts';

/** The output of a finished program. */
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
  /** An open file as standard input, instead of `input`. */
  readonly inputFile?: number;
  /** Infinity for no limit. @default 10000 */
  readonly timeoutMs?: number;
  /** Maximum number of bytes that it may print, both streams together, before it is stopped: the output is held in memory. @default 16 MiB */
  readonly maxBytes?: number;
  /** Variables for the program. @default the usual folders of system programs as PATH, and the locale C: nothing of the caller's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** @default of `timeoutMs` */
export const defaultTimeoutMs = 10_000;
/** @default of `maxBytes` */
export const defaultMaxBytes = 16 * 1024 * 1024;

/** Why a program has no result, for everything that runs programs. */
export const runFailures = {
  notStarted: ([command]: readonly string[]) => new Failure('Interrupted', `${command} was not started because the work was cancelled.`),
  interrupted: ([command]: readonly string[]) => new Failure('Interrupted', `${command} was stopped because the work was cancelled.`),
  // The program is mostly `nsenter`, so its name alone does not identify the command.
  late: (argv: readonly string[], timeoutMs: number) =>
    new Failure('Timeout', `\`${argv.join(' ').slice(0, 200)}\` did not finish within ${timeoutMs} ms and was stopped.`),
  tooMuch: (argv: readonly string[], maxBytes: number) =>
    new Failure('CommandFailed', `\`${argv.join(' ')}\` printed more than ${maxBytes} bytes and was stopped.`),
  missing: ([command]: readonly string[], cause?: Error) =>
    new Failure('CapabilityMissing', `The program ${command} is not installed on this machine.`, { cause, retry: 'later' }),
  lost: ([command]: readonly string[], why: string) => new Failure('CommandFailed', `${command} has no result: ${why}`, { retry: 'later' }),
  broken: ([command]: readonly string[], why: string, cause?: Error) =>
    new Failure('CommandFailed', `${command} could not be started: ${why}`, { cause, retry: 'later' }),
};

/** Runs a program to its end; tests count and imitate commands here. */
export type Run = (argv: readonly string[], options: RunOptions) => Promise<RunResult>;

/**
 * Runs a program without a shell. Resolves with any exit code. Rejects with `CapabilityMissing` when the program is not installed, with `Timeout` or
 * `Interrupted` when it was stopped, and with `CommandFailed` when it was stopped because it printed too much.
 */
export const run: Run = (argv, options) =>
  new Promise((resolve, reject) => {
    const { signal, input, inputFile, timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, env = bareEnvironment } = options;
    const [command = '', ...args] = argv;
    if (signal.aborted) {
      reject(runFailures.notStarted(argv));
      return;
    }
    const child = spawn(command, args, {
      stdio: [inputFile ?? (input === undefined ? 'ignore' : 'pipe'), 'pipe', 'pipe'],
      env: { ...env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let printed = 0;
    let stopped: Failure | undefined;
    const stop = (failure: Failure): void => {
      stopped = failure;
      child.kill('SIGKILL');
    };
    const interrupt = (): void => stop(runFailures.interrupted(argv));
    const late = (): void => stop(runFailures.late(argv, timeoutMs));
    const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(late, timeoutMs);
    signal.addEventListener('abort', interrupt, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    };
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      printed += chunk.length;
      if (printed <= maxBytes) into.push(chunk);
      else stop(runFailures.tooMuch(argv, maxBytes));
    };
    child.stdout?.on('data', collect(out));
    child.stderr?.on('data', collect(err));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      reject(cause.code === 'ENOENT' ? runFailures.missing(argv, cause) : runFailures.broken(argv, cause.message, cause));
    });
    child.on('close', (code, killed) => {
      settle();
      if (stopped) reject(stopped);
      else resolve({ code: code ?? (killed ? 128 : 1), stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    if (input !== undefined && child.stdin) {
      // A program that exits before it has read everything closes the pipe; its exit code states the cause.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    }
  });

/** The usual folders of system programs. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a program knows of its environment. */
export const bareEnvironment = { PATH: systemPath, LC_ALL: 'C' };

/** `CommandFailed` with the output of a program that ended with another exit code than 0. */
export const failureOf = (argv: readonly string[], { code, stdout, stderr }: RunResult): Failure => {
  const output = (stderr || stdout).trim().split('\n').slice(0, 3).join('; ');
  return new Failure('CommandFailed', `\`${argv.join(' ')}\` failed with code ${code}: ${output}`);
};

/** Like a `Run`, but any exit code other than 0 rejects with {@link failureOf}. Resolves with stdout. */
export const mustRun = async (runner: Run, argv: readonly string[], options: RunOptions): Promise<string> => {
  const result = await runner(argv, options);
  if (result.code === 0) return result.stdout;
  throw failureOf(argv, result);
};
