import { type RunResult, run as runProgram, systemPath } from '../../src/host/run.ts';
import { Failure } from '../../src/values/failure.ts';

/** How to run a program. */
export interface RunOptions {
  signal: AbortSignal;
  /** Text for the command's standard input. */
  input?: string;
  /** An open file as the command's standard input. */
  inputFile?: number;
  /** Folders searched before the system's own. */
  path?: string;
}

/** Maximum number of bytes that a program may print: lists of images and packages are long. */
const maxBytes = 256 * 1024 * 1024;

const failure = (argv: readonly string[], { code, stdout, stderr }: RunResult): Failure => {
  // A compiler or package manager names the cause at the end.
  const cause = (stderr.trim() || stdout.trim()).slice(-1500);
  return new Failure('CommandFailed', `"${argv.join(' ').slice(0, 300)}" failed (${code}): ${cause}`);
};

/**
 * Runs a program to its end, however long it takes, and resolves with its output.
 *
 * @throws Failure `CommandFailed` with the command and the end of its output, `CapabilityMissing` when there is no such program, `Interrupted` when
 * cancelled.
 */
export const run = async (command: string, args: readonly string[], options: RunOptions): Promise<string> => {
  const { path, ...rest } = options;
  const env = { PATH: path === undefined ? systemPath : `${path}:${systemPath}`, HOME: '/root', LANG: 'C.UTF-8' };
  const argv = [command, ...args];
  const result = await runProgram(argv, {
    ...rest,
    timeoutMs: Number.POSITIVE_INFINITY,
    maxBytes,
    env,
  });
  if (result.code !== 0) throw failure(argv, result);
  return result.stdout;
};
