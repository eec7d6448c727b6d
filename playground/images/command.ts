import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure } from '../../src/values/failure.ts';

const execute = promisify(execFile);

/**
 * Runs one program to its end and resolves with its standard output.
 *
 * @throws Failure CapabilityMissing when the program does not exist, CommandFailed with the last lines of its standard error, Interrupted by the
 * signal.
 */
export async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  try {
    return (await execute(program, args, { signal, maxBuffer: 64 << 20 })).stdout;
  } catch (cause) {
    if (signal.aborted) throw new Failure('Interrupted', `Stopped while ${program} was running; run it again.`, { cause });
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') {
      throw new Failure('CapabilityMissing', `The program ${program} is needed to build images and is not installed.`, { cause });
    }
    const stderr = cause instanceof Error && 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr : '';
    const complaint = stderr.trim().split('\n').slice(-8).join('\n');
    throw new Failure('CommandFailed', `${program} failed (exit code ${code}): ${complaint}`, { cause });
  }
}
