import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { bareEnvironment, defaultMaxBytes, defaultTimeoutMs, type Run, type RunResult, run, runFailures } from './run.ts';
import { startProgram } from './start-program.ts';

/** One answer of the launcher, see `toolchain/launcher`. */
interface Answer extends RunResult {
  readonly id: number;
  readonly tooMuch?: boolean;
  readonly problem?: string;
  readonly missing?: boolean;
}

/** A program that waits for its end. */
interface Started {
  readonly argv: readonly string[];
  readonly ended: (answer: Answer) => void;
  readonly lost: (why: string) => void;
}

/**
 * Runs programs through the launcher, a small process: a process of Node stands still for some 20 ms for each program that it starts itself, because it
 * copies its page tables. Everything else is as with `run`. The launcher starts with the first program and ends with this process; one that dies fails
 * the programs that run, and the next program starts another one.
 */
export class Launcher {
  readonly #program: string;
  readonly #started = new Map<number, Started>();
  #child: ChildProcess | undefined;
  #last = 0;

  /** @param program path of the launcher */
  constructor(program: string) {
    this.#program = program;
  }

  /** See `Run`. A program with an environment or an open file of its own is started by this process. */
  readonly run: Run = (argv, options) => {
    const { signal, input, timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes } = options;
    if (options.env !== undefined || options.inputFile !== undefined) return run(argv, options);
    if (signal.aborted) return Promise.reject(runFailures.notStarted(argv));
    return new Promise((resolve, reject) => {
      this.#last += 1;
      const id = this.#last;
      let stopped: Error | undefined;
      const stop = (why: Error): void => {
        stopped ??= why;
        this.#send({ id, kill: true });
      };
      const interrupt = (): void => stop(runFailures.interrupted(argv));
      const timer =
        timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => stop(runFailures.late(argv, timeoutMs)), timeoutMs);
      signal.addEventListener('abort', interrupt, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
        this.#started.delete(id);
      };
      this.#started.set(id, {
        argv,
        ended: ({ code, stdout, stderr, tooMuch, problem, missing }) => {
          settle();
          if (stopped !== undefined) reject(stopped);
          else if (tooMuch === true) reject(runFailures.tooMuch(argv, maxBytes));
          else if (problem !== undefined) reject(missing === true ? runFailures.missing(argv) : runFailures.broken(argv, problem));
          else resolve({ code, stdout, stderr });
        },
        lost: (why) => {
          settle();
          reject(stopped ?? runFailures.lost(argv, why));
        },
      });
      this.#send({ id, argv, maxBytes, ...(input === undefined ? {} : { input }) });
    });
  };

  /** Ends the launcher; programs that run are given up. */
  stop(): void {
    const child = this.#child;
    this.#end(child, 'the work has ended');
    child?.stdin?.end();
  }

  #send(request: object): void {
    this.#child ??= this.#start();
    this.#child?.stdin?.write(`${JSON.stringify(request)}\n`);
  }

  /** Undefined when none can be started; this counts as the end of one that was. */
  #start(): ChildProcess | undefined {
    const child: ChildProcess | undefined = startProgram(
      [this.#program],
      ['pipe', 'pipe', 'inherit'],
      (why) => this.#end(child, why),
      bareEnvironment,
    );
    if (child?.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const answer = JSON.parse(line) as Answer;
        this.#started.get(answer.id)?.ended(answer);
      });
    }
    return child;
  }

  #end(child: ChildProcess | undefined, why: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    for (const { lost } of this.#started.values()) lost(`the launcher of programs ended (${why})`);
  }
}
