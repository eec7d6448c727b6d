import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a command in a shell printed and when its end was known here. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  /** By `performance.now()`. */
  readonly endedAt: number;
}

/** A shell somewhere else that takes one command after another, so that no measurement contains the start of a program to get there. */
export interface Shell {
  /** Runs a command and gives what it printed. @throws when it fails, with what it printed, and when it takes longer than a minute. */
  run(command: string): Promise<Said>;
  close(): void;
}

const patienceMs = 60_000;

/**
 * Opens a shell by a command that ends in one, such as `kubectl exec -i … -- sh`.
 *
 * @param argv the command; its standard input and output are the shell's
 */
export const openShell = (
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Shell => {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...env }, signal });
  let complaint = '';
  let end: string | undefined;
  let lines: string[] = [];
  let waiting: { resolve: (said: Said) => void; reject: (error: Error) => void; command: string } | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  child.stdin.on('error', () => undefined);
  const over = (why: string): void => {
    end ??= why;
    waiting?.reject(new Error(`"${waiting.command}" did not end: ${why}`));
    waiting = undefined;
  };
  child.on('error', (error) => over(error.message));
  child.on('close', (code) => over(`the shell ended with ${code}: ${complaint.trim()}`));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const code = /^--- end (\d+)$/.exec(line)?.[1];
    if (code === undefined) {
      lines.push(line);
      return;
    }
    const said = { code: Number(code), stdout: lines.join('\n'), endedAt: performance.now() };
    const asked = waiting;
    [lines, waiting] = [[], undefined];
    if (said.code === 0) asked?.resolve(said);
    else asked?.reject(new Error(`"${asked.command}" ended with ${code}: ${said.stdout.trim().slice(-500) || complaint.trim()}`));
  });
  return {
    run: (command) => {
      if (end !== undefined) return Promise.reject(new Error(end));
      if (waiting !== undefined) return Promise.reject(new Error(`this shell is busy with "${waiting.command}"`));
      const { promise, resolve, reject } = Promise.withResolvers<Said>();
      const timer = setTimeout(() => {
        over(`not within ${patienceMs} ms`);
        child.kill();
      }, patienceMs);
      // Whoever asked may fail before it comes to wait; this also is where the timer ends.
      promise.catch(() => undefined).finally(() => clearTimeout(timer));
      [waiting, complaint] = [{ resolve, reject, command }, ''];
      child.stdin.write(`{ ${command}\n} </dev/null; echo "--- end $?"\n`);
      return promise;
    },
    close: () => {
      child.stdin.end();
      child.kill();
    },
  };
};
