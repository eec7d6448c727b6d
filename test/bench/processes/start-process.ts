import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of a bench in a process of its own: it is asked by lines, and answers each with one line of JSON. */
export interface Process {
  /** Its answer to a line. Throws when it has ended. */
  ask<T>(line: string): Promise<T>;
  /** How much processor time it has used, in milliseconds. */
  cpuMs(): Promise<number>;
  /** Ends it; resolves when it has. */
  stop(): Promise<void>;
}

/** How a process is started. */
export interface ProcessOptions {
  /** Sent to it as its first line. */
  readonly settings: object;
  readonly signal: AbortSignal;
  /** How far it stands back for others (`nice`). @default 0 */
  readonly nice?: number;
}

/** Starts one of the scripts beside this file. It ends with the bench at the latest: then its standard input does. */
export const startProcess = (name: string, { settings, signal, nice = 0 }: ProcessOptions): Process => {
  const script = join(import.meta.dirname, `${name}.ts`);
  const child = spawn('nice', ['-n', String(nice), process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const exited = once(child, 'exit').catch(() => undefined);
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  const ask = async <T>(line: string): Promise<T> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the process ${name} has ended`);
    return JSON.parse(value);
  };
  return {
    ask,
    cpuMs: () => ask('cpu'),
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
};
