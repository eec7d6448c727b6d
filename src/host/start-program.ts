import { type ChildProcess, type IOType, spawn } from 'node:child_process';

/**
 * Starts a program that runs beside this one, and calls `onEnd` once, later, with the reason for which it ended or could not be started. Never
 * throws. It has the environment of this process unless another one is given.
 *
 * Without free file descriptors (`EMFILE`, `ENFILE`) Node returns a child without pipes, and without memory (`ENOMEM`) it throws. Both mean that the
 * program could not be started, so its pipes may be absent.
 */
export const startProgram = (
  words: readonly string[],
  stdio: readonly [IOType, IOType, IOType],
  onEnd: (why: string) => void,
  env?: Readonly<Record<string, string>>,
): ChildProcess | undefined => {
  const [command = '', ...args] = words;
  let over = false;
  const end = (why: string): void => {
    if (over) return;
    over = true;
    onEnd(why);
  };
  try {
    const child = spawn(command, args, { stdio: [...stdio], ...(env === undefined ? {} : { env: { ...env } }) });
    child.on('error', (error) => end(error.message));
    child.on('close', (code, killed) => end(killed === null ? `exit code ${code}` : `signal ${killed}`));
    // Writing to the input of an ended program fails; the events above report its end.
    child.stdin?.on('error', () => {});
    return child;
  } catch (error) {
    queueMicrotask(() => end(error instanceof Error ? error.message : String(error)));
    return undefined;
  }
};
