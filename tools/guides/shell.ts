import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../../src/values/failure.ts';

/** A shell that reads one command after the other, as a person's does: variables and the folder stay. */
export interface Shell {
  /** Runs one command, or some lines of them; standard output and error come as one text, as on a terminal. @throws Failure Timeout after which the shell is of no use. */
  readonly run: (text: string, timeoutMs: number) => Promise<{ readonly code: number; readonly printed: string }>;
  readonly end: () => Promise<void>;
}

/** Starts bash in a folder, with nothing of a person's own settings. */
export function openShell(folder: string, env: Readonly<Record<string, string | undefined>>): Shell {
  // In a group of its own, so that what hangs below it can be ended with it.
  const child = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: { ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const closed = once(child, 'close');
  let text = '';
  let heard: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    heard();
  });
  child.on('close', () => heard());
  child.stdin.on('error', () => undefined);
  const mark = 'end-of-command-';
  let count = 0;
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await closed;
  };
  const run: Shell['run'] = async (command, timeoutMs) => {
    text = '';
    count += 1;
    const last = new RegExp(`(^|\\n)${mark}${count} (\\d+)\\n$`);
    child.stdin.write(`{ ${command}\n} </dev/null 2>&1; printf '\\n${mark}${count} %d\\n' "$?"\n`);
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = last.exec(text);
      if (found !== null) return { code: Number(found[2]), printed: text.slice(0, found.index) };
      if (child.exitCode !== null) return { code: child.exitCode, printed: text };
      if (deadline.aborted) {
        const printed = text;
        await end();
        throw new Failure(
          'Timeout',
          `It did not end within ${timeoutMs / 1000} s: ${command.split('\n')[0]} (${printed.trim().slice(-500)})`,
        );
      }
      await new Promise<void>((resolve) => {
        heard = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  };
  return { run, end };
}
