import { spawn } from 'node:child_process';
import { Failure } from '../values/failure.ts';

/** The usual folders of system programs; commands get this PATH and nothing of the caller's environment. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How to run a program. */
export interface RunOptions {
  signal: AbortSignal;
  /** Text for the command's standard input. */
  input?: string;
  /** An open file as the command's standard input. */
  inputFile?: number;
  /** Folders searched before the system's own. */
  path?: string;
  /** Pass the caller's environment to the command (proxies for a package installer). */
  inherit?: boolean;
}

/**
 * Runs a program to its end and resolves with its output.
 *
 * @throws Failure `CommandFailed` with the command and the end of its output, `CapabilityMissing` when there is no such program, `Interrupted` when
 * cancelled.
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(new Failure('Interrupted', `"${command}" was not run: the work was cancelled.`));
    const path = options.path === undefined ? systemPath : `${options.path}:${systemPath}`;
    const child = spawn(command, args, {
      stdio: [options.inputFile ?? (options.input === undefined ? 'ignore' : 'pipe'), 'pipe', 'pipe'],
      signal: options.signal,
      ...(options.inherit === true ? {} : { env: { PATH: path, HOME: '/root', LANG: 'C.UTF-8' } }),
    });
    let output = '';
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-4000)));
    // A program that ends before it has read everything closes the pipe; its exit code states the cause.
    child.stdin?.on('error', () => undefined).end(options.input);
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal.aborted) reject(new Failure('Interrupted', `"${command}" was cancelled.`, { cause: error }));
      else if (error.code === 'ENOENT')
        reject(new Failure('CapabilityMissing', `The program "${command}" is missing: install it.`, { cause: error }));
      else reject(Failure.from(error, 'CommandFailed'));
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) return resolve(output);
      const words = (complaint.trim() || output.trim()).slice(-1500);
      reject(new Failure('CommandFailed', `"${[command, ...args].join(' ').slice(0, 300)}" failed (${killedBy ?? code}): ${words}`));
    });
  });
}
