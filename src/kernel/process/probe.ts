import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startProgram } from '../../host/start-program.ts';
import { inNetns, netnsIdentity, netnsPath } from '../netns.ts';

/** An answer to a probe. */
export interface ProbeAnswer {
  readonly address: string;
  readonly rttMs: number;
  /** The number of the probe that was answered, see {@link Prober.asked}. */
  readonly probe: number;
  /** Bytes of the whole packet, if a size was requested. */
  readonly size?: number;
}

const line = /^(\d+\.\d+\.\d+\.\d+) (\d+) (\d+)(?: (\d+))?$/;

/**
 * Reads one line of the prober's output, `10.0.0.1 412 7` with microseconds and the number of the request, and the size of the packet if one was
 * requested; undefined for any other line.
 */
export const parseProbeLine = (text: string): ProbeAnswer | undefined => {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [, address = '', microseconds, probe, size] = found;
  return { address, rttMs: Number(microseconds) / 1_000, probe: Number(probe), ...(size === undefined ? {} : { size: Number(size) }) };
};

/** The program that probes, its namespace, and the receiver of the answers. */
export interface ProberOptions {
  /** Path of the program of `toolchain/prober`. */
  readonly program: string;
  /** Name of the slice's network namespace below `/run/netns`. */
  readonly netns: string;
  readonly onAnswer: (answer: ProbeAnswer) => void;
}

/**
 * Probes the routers of other nodes through a slice's tunnel, with one process inside the slice's namespace. The other node's kernel answers echo
 * requests, so the path counts as alive even if the peer's agent is dead. The process keeps no list of peers: it probes the addresses that it reads,
 * so it need not restart when peers change. It ends with this program, because its stdin closes.
 */
export class Prober {
  readonly #options: ProberOptions;
  #child: ChildProcess | undefined;
  #identity: string | undefined;
  #stopped = false;
  #asked = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** The number of probes sent so far, which is also the number of the latest one; it only grows. */
  get asked(): number {
    return this.#asked;
  }

  /** Starts the process if there is none, and restarts it if the namespace was replaced. Call it periodically. */
  async keep(): Promise<void> {
    const identity = await netnsIdentity(netnsPath(this.#options.netns));
    if (this.#stopped || (this.#child !== undefined && identity === this.#identity)) return;
    this.#end();
    this.#identity = identity;
    if (identity !== undefined) this.#start();
  }

  /**
   * Probes each address once. An entry may have a packet size after its address and a space. False when nothing was sent, because there is no process
   * or it does not read.
   */
  ask(addresses: readonly string[]): boolean {
    const stdin = this.#child?.stdin;
    if (stdin === undefined || stdin === null || !stdin.writable || stdin.writableNeedDrain) return false;
    this.#asked += addresses.length;
    if (addresses.length > 0) stdin.write(addresses.map((address) => `${address}\n`).join(''));
    return true;
  }

  /** Ends the process for good. */
  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  #start(): void {
    const { netns, program, onAnswer } = this.#options;
    const child = startProgram(inNetns(netnsPath(netns), [program]), ['pipe', 'pipe', 'inherit'], () => {
      if (this.#child === child) this.#child = undefined;
    });
    this.#child = child;
    // Each process counts from 1.
    const before = this.#asked;
    if (!child?.stdout) return;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const answer = parseProbeLine(text);
      if (answer !== undefined && this.#child === child) onAnswer({ ...answer, probe: before + answer.probe });
    });
  }

  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
  }
}
