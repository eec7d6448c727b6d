import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inNetns, netnsIdentity, netnsPath } from './netns.ts';

/** One answer or missing answer of a probe. */
export interface ProbeResult {
  readonly address: string;
  /** Milliseconds since 1970 at which it was known. */
  readonly at: number;
  /** Round-trip time in milliseconds; undefined when no answer came in time. */
  readonly rttMs: number | undefined;
}

/** `fping -D -l` prints one line per probe: `[1700000000.12345] 10.0.0.1 : [3], 64 bytes, 0.42 ms (…)` or `… : [3], timed out (…)`. */
const line = /^\[(\d+\.\d+)\] (\S+)\s+: \[\d+\], (?:\d+ bytes, ([\d.]+) ms|(timed out))/;

/** Reads one line of fping's output; undefined for any other line. */
export const parseProbeLine = (text: string): ProbeResult | undefined => {
  const found = line.exec(text);
  if (found === null) return undefined;
  const [, seconds, address = '', rtt] = found;
  return { address, at: Math.round(Number(seconds) * 1000), rttMs: rtt === undefined ? undefined : Number(rtt) };
};

/** At most this many probes a second leave one slice of one node; with more peers each is asked less often. */
const probesPerSecond = 200;

/** How often each of so many peers is probed, in milliseconds; never more often than once a second. */
export const probePeriod = (peers: number): number => Math.max(1_000, Math.ceil((peers / probesPerSecond) * 1_000));

/**
 * Asks the routers of other nodes through a slice's tunnel, once a second each, by one `fping` inside the slice's namespace. Echo requests are
 * answered by the other node's kernel, so a peer whose agent is dead is still a living path.
 *
 * The process is started again when the set of targets or the namespace changes, and when it dies.
 */
export class ProbeLoop {
  readonly #netns: string;
  readonly #onResult: (result: ProbeResult) => void;
  #child: ChildProcess | undefined;
  #targets: readonly string[] = [];
  #identity: string | undefined;
  #stopped = false;

  constructor(netns: string, onResult: (result: ProbeResult) => void) {
    this.#netns = netns;
    this.#onResult = onResult;
  }

  /** Makes the loop ask exactly these addresses. Call it again now and then: it also notices a namespace that was replaced. */
  async aim(addresses: readonly string[]): Promise<void> {
    const targets = [...addresses].toSorted();
    const identity = await netnsIdentity(netnsPath(this.#netns));
    if (this.#stopped) return;
    if (this.#child !== undefined && identity === this.#identity && targets.join() === this.#targets.join()) return;
    this.#end();
    this.#targets = targets;
    this.#identity = identity;
    if (targets.length > 0 && identity !== undefined) this.#start();
  }

  /** Ends the process for good. */
  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  #start(): void {
    const period = probePeriod(this.#targets.length);
    // One try per round; an answer that takes longer than 900 ms counts as lost. The gap between packets spreads a round over its period.
    const gap = Math.max(1, Math.min(10, Math.floor(period / this.#targets.length)));
    const words = ['fping', '-D', '-l', '-p', String(period), '-t', '900', '-i', String(gap), ...this.#targets];
    const [command = '', ...args] = inNetns(netnsPath(this.#netns), words);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    const forget = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('error', forget);
    child.on('exit', forget);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const result = parseProbeLine(text);
      if (result !== undefined && this.#child === child) this.#onResult(result);
    });
  }

  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
  }
}
