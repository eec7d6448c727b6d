import { ProbeLoop, probePeriod } from '../../kernel/probe.ts';
import { judge, type LinkHistory, newLink, withProbe } from '../../plan/node/liveness.ts';
import type { SliceNetwork } from '../../plan/node/slice-network.ts';
import type { Clock } from '../../values/clock.ts';

interface WatchedSlice {
  readonly loop: ProbeLoop;
  /** Peer name by router address. */
  names: Map<string, string>;
  readonly links: Map<string, LinkHistory>;
}

/** How often silence is judged: a quarter second on top of the limits of `plan/node/liveness.ts` at most. */
const judgeEveryMs = 250;

/** Watches the links of this node by probes through the tunnels, and tells when one changes its state. */
export class LinkWatch {
  readonly #clock: Clock;
  readonly #onChange: (slice: string) => void;
  readonly #slices = new Map<string, WatchedSlice>();

  constructor(clock: Clock, onChange: (slice: string) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Watches exactly the peers of these networks. Call it again now and then: it restarts probes that died. */
  async aim(networks: readonly SliceNetwork[]): Promise<void> {
    const wanted = new Set(networks.map((network) => network.slice));
    for (const [slice, { loop }] of this.#slices) {
      if (wanted.has(slice)) continue;
      loop.stop();
      this.#slices.delete(slice);
    }
    for (const network of networks) {
      const watched = this.#slices.get(network.slice) ?? this.#watch(network);
      watched.names = new Map(network.peers.map((peer) => [peer.router, peer.name]));
      const names = new Set(watched.names.values());
      for (const name of watched.links.keys()) if (!names.has(name)) watched.links.delete(name);
      for (const name of names) if (!watched.links.has(name)) watched.links.set(name, newLink(this.#clock.monotonic()));
      await watched.loop.aim([...watched.names.keys()]);
    }
  }

  /** Links of a slice by peer name. */
  links(slice: string): ReadonlyMap<string, LinkHistory> {
    return this.#slices.get(slice)?.links ?? new Map();
  }

  /** Judges silence from time to time, until the signal aborts; then ends all probes. */
  run(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setInterval(() => this.#judgeAll(), judgeEveryMs);
      const end = (): void => {
        clearInterval(timer);
        for (const { loop } of this.#slices.values()) loop.stop();
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  #watch({ slice, netns }: SliceNetwork): WatchedSlice {
    const loop = new ProbeLoop(netns, ({ address, rttMs }) => {
      const watched = this.#slices.get(slice);
      const name = watched?.names.get(address);
      const link = name === undefined ? undefined : watched?.links.get(name);
      if (watched === undefined || name === undefined || link === undefined) return;
      this.#keep(slice, watched, name, link, withProbe(link, rttMs, this.#clock.monotonic(), probePeriod(watched.names.size)));
    });
    const watched = { loop, names: new Map<string, string>(), links: new Map<string, LinkHistory>() };
    this.#slices.set(slice, watched);
    return watched;
  }

  #judgeAll(): void {
    const now = this.#clock.monotonic();
    for (const [slice, watched] of this.#slices) {
      const period = probePeriod(watched.names.size);
      for (const [name, link] of watched.links) this.#keep(slice, watched, name, link, judge(link, now, period));
    }
  }

  #keep(slice: string, watched: WatchedSlice, name: string, before: LinkHistory, after: LinkHistory): void {
    watched.links.set(name, after);
    if (before.state !== after.state) this.#onChange(slice);
  }
}
