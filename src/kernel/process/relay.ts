import type { ChildProcess } from 'node:child_process';
import { startProgram } from '../../host/start-program.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { type Backoff, backoffDelay, type Random } from '../../values/backoff.ts';
import type { Clock } from '../../values/clock.ts';
import { relayPort } from '../../values/ports.ts';
import { inNetns, netnsIdentity, netnsPath } from '../netns.ts';

/** Paths of the two sockets of a relay. */
export interface RelaySockets {
  /** The agent listens here for requests of peers. */
  readonly serve: string;
  /** The agent connects here and writes a line with a router address; the connection then leads to that router's relay. */
  readonly dial: string;
}

/** What relays need. */
export interface RelayOptions {
  /** Path of the relay program (`toolchain/relay`). */
  readonly program: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Called when a relay ended by itself, with the reason; it is started again. */
  readonly onEnd: (slice: string, why: string) => void;
}

const backoff: Backoff = { firstMs: 500, maxMs: 10_000 };
/** A relay that ran this long resets the backoff of restarts. */
const settledMs = 30_000;

/**
 * The relay of one slice: a process inside its network namespace that connects the tunnels with two unix sockets outside. It is restarted when it
 * dies, when the namespace is replaced or the router's address changes; it ends with this process, because its stdin closes.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #sockets: RelaySockets;
  #running: { readonly child: ChildProcess | undefined; readonly identity: string; readonly router: string } | undefined;
  #aimed: SliceNetwork | undefined;
  #failures = 0;
  #cancelRestart: (() => void) | undefined;

  constructor(sockets: RelaySockets, options: RelayOptions) {
    this.#sockets = sockets;
    this.#options = options;
  }

  /** Makes the relay match this network. Call it periodically: it also detects a replaced namespace. */
  async aim(network: SliceNetwork): Promise<void> {
    this.#aimed = network;
    const identity = await netnsIdentity(netnsPath(network.netns));
    if (this.#aimed !== network) return;
    if (this.#running !== undefined && this.#running.identity === identity && this.#running.router === network.router) return;
    // It ended just now, and the restart is scheduled.
    if (this.#running === undefined && this.#cancelRestart !== undefined) return;
    this.#end();
    if (identity !== undefined) this.#start(network, identity);
  }

  /** Ends the process for good. */
  stop(): void {
    this.#aimed = undefined;
    this.#cancelRestart?.();
    this.#cancelRestart = undefined;
    this.#end();
  }

  #start({ slice, netns, router }: SliceNetwork, identity: string): void {
    const { program, clock, random, onEnd } = this.#options;
    const { serve, dial } = this.#sockets;
    const words = [program, '-router', router, '-port', String(relayPort), '-serve', serve, '-dial', dial];
    const started = clock.monotonic();
    let complaint = '';
    const child = startProgram(inNetns(netnsPath(netns), words), ['pipe', 'ignore', 'pipe'], (why) => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#failures = clock.monotonic() - started >= settledMs ? 1 : this.#failures + 1;
      onEnd(slice, complaint.trim() || why);
      this.#cancelRestart = clock.after(backoffDelay(backoff, this.#failures, random), () => {
        this.#cancelRestart = undefined;
        if (this.#aimed !== undefined) void this.aim(this.#aimed);
      });
    });
    const running = { child, identity, router };
    this.#running = running;
    child?.stderr?.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString()}`.slice(-500);
    });
  }

  #end(): void {
    const child = this.#running?.child;
    this.#running = undefined;
    child?.kill('SIGKILL');
  }
}
