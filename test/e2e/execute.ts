import { spawn } from 'node:child_process';

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface ExecuteOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
  /** It is killed when this is over, and ends with code 124, as `timeout` has it. @default 60_000 */
  readonly timeoutMs?: number;
  /** Everything it says goes to our own standard error too, for long steps. */
  readonly show?: boolean;
}

/** Runs a program to its end. Never rejects for what the program does. */
export const execute = (program: string, args: readonly string[], options: ExecuteOptions): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...options.env }, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 60_000);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
        if (options.show === true) process.stderr.write(text);
      });
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 1), ...said });
    });
  });
