import type { ObservedTunnel } from '../../kernel/port.ts';
import { type ProbeAnswer, Prober, type ProberOptions } from '../../kernel/process/probe.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { answeredLarge, type LargeProbes, narrowClusters, planLargeProbes } from '../../plan/links/large-packets.ts';
import { answered, type LinkHistory, newLink, received, unconfirmed } from '../../plan/links/liveness.ts';
import { planProbes, tickMs } from '../../plan/links/probe-schedule.ts';
import { type Clock, pause } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';

/** The bytes that the tunnel of a slice received from each peer, and when they were read. */
interface Counters {
  readonly at: number;
  readonly bytes: ReadonlyMap<string, number>;
}

/**
 * The knowledge of a watch about a slice's links since its start.
 *
 * ```
 * None   nothing: the report of an earlier run is better
 * Some   live peers have answered; a peer without an answer may be dead
 * All    every link has been judged: after a round trip, or after 4.5 s for a dead peer
 * ```
 */
export type LinkKnowledge = 'None' | 'Some' | 'All';

interface WatchedSlice {
  readonly prober: Pick<Prober, 'keep' | 'ask' | 'asked' | 'stop'>;
  network: SliceNetwork;
  /** Peer name by router address, and the reverse. */
  names: ReadonlyMap<string, string>;
  addresses: ReadonlyMap<string, string>;
  readonly links: Map<string, LinkHistory>;
  tickedAt: number;
  counters: Counters | undefined;
  /** When the first probes were sent. */
  askedAt: number | undefined;
  knowledge: LinkKnowledge;
  large: LargeProbes;
  /** By peer name: the latest probe before its closed tunnel was opened, and before which no answer counts. */
  readonly opened: Map<string, number>;
}

/**
 * The interval at which ended probers are restarted and the tunnels' counters are read: well within the time by which a reading postpones a probe.
 */
const keepEveryMs = 700;
/** Up to this many peers the tunnel's counters are not read: reading costs as much as the probes it saves. */
const countersAbove = 200;

/** After its closed tunnel was opened, the node with the larger tunnel key probes so much later, in milliseconds. */
const largerKeyWaitMs = 250;

/** Live peers have answered this long after the first probe, in milliseconds. */
const firstAnswersMs = 500;
/** How long {@link LinkWatch.end} waits for answers, in milliseconds. */
const lastAnswersMs = 400;

/** What a link watch works with. */
export interface LinkWatchParts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Path of the program that probes. */
  readonly program: string;
  /** The tunnel of a slice, for its counters. */
  readonly observe: (network: SliceNetwork, signal: AbortSignal) => Promise<ObservedTunnel | undefined>;
  readonly onChange: (slice: string) => void;
  /**
   * Called when the kernel has a pre-shared key for the tunnel to a peer, or another one. True when that opened a closed tunnel: then only answers to later
   * probes count. @default never true
   */
  readonly onKey?: (slice: string, peer: string, presharedKey: string) => boolean;
  /** @default a process for each slice */
  readonly createProber?: (options: ProberOptions) => WatchedSlice['prober'];
}

/** Watches the links of this node by probes through the tunnels, and reports state changes. */
export class LinkWatch {
  readonly #parts: LinkWatchParts;
  readonly #slices = new Map<string, WatchedSlice>();
  #keeping = false;
  #ended = false;

  constructor(parts: LinkWatchParts) {
    this.#parts = parts;
  }

  /** Watches exactly the peers of these networks. Links of other peers stay untouched. */
  async aim(networks: readonly SliceNetwork[]): Promise<void> {
    const wanted = new Set(networks.map((network) => network.slice));
    for (const [slice, { prober }] of this.#slices) {
      if (wanted.has(slice)) continue;
      prober.stop();
      this.#slices.delete(slice);
    }
    for (const network of networks) {
      const watched = this.#slices.get(network.slice) ?? this.#watch(network);
      const { peers: before } = watched.network;
      const isSame = samePeers(watched.network, network) && watched.links.size === network.peers.length;
      watched.network = network;
      // A started or ended pod changes the network, but no peer.
      if (!isSame) {
        watched.names = new Map(network.peers.map((peer) => [peer.router, peer.name]));
        watched.addresses = new Map(network.peers.map((peer) => [peer.name, peer.router]));
        const now = this.#parts.clock.monotonic();
        for (const name of watched.links.keys()) if (!watched.addresses.has(name)) watched.links.delete(name);
        for (const name of watched.opened.keys()) if (!watched.addresses.has(name)) watched.opened.delete(name);
        for (const name of watched.addresses.keys()) if (!watched.links.has(name)) watched.links.set(name, newLink(now));
      }
      this.#noteKeys(watched, before);
      await watched.prober.keep();
    }
  }

  /** Links of a slice by peer name. */
  links(slice: string): ReadonlyMap<string, LinkHistory> {
    return this.#slices.get(slice)?.links ?? new Map();
  }

  /** Clusters that lose packets of the slice's MTU although small ones arrive. */
  narrow(slice: string): readonly string[] {
    return narrowClusters(this.#slices.get(slice)?.large ?? new Map());
  }

  /** The knowledge about the links of a slice. */
  knowledge(slice: string): LinkKnowledge {
    return this.#slices.get(slice)?.knowledge ?? 'None';
  }

  /**
   * Ends judging, and probes every reachable peer once more: a peer without an answer within 0.4 s becomes Pending. No program corrects the votes of
   * an ended agent, so they must be true at its end.
   */
  async end(): Promise<void> {
    this.#ended = true;
    const at = this.#parts.clock.monotonic();
    const asked = [...this.#slices].flatMap(([slice, watched]) => {
      const names = [...watched.links].flatMap(([name, { state }]) => (state === 'Up' || state === 'Suspect' ? [name] : []));
      return watched.prober.ask(names.flatMap((name) => watched.addresses.get(name) ?? [])) ? [{ slice, watched, names }] : [];
    });
    const missing = ({ watched, names }: (typeof asked)[number]): string[] =>
      names.filter((name) => (watched.links.get(name)?.lastAnswer ?? Number.NEGATIVE_INFINITY) < at);
    while (asked.some((one) => missing(one).length > 0) && this.#parts.clock.monotonic() - at < lastAnswersMs)
      await pause(this.#parts.clock, 20);
    for (const one of asked) {
      for (const name of missing(one)) {
        const link = one.watched.links.get(name);
        if (link !== undefined) this.#set(one.slice, one.watched, name, unconfirmed(link));
      }
    }
  }

  /** Probes and judges until the signal aborts; then ends all probers. */
  run(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const ticks = setInterval(() => this.tick(), tickMs);
      const keeping = setInterval(() => void this.keep(signal), keepEveryMs);
      const end = (): void => {
        clearInterval(ticks);
        clearInterval(keeping);
        for (const { prober } of this.#slices.values()) prober.stop();
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Judges every link, and sends the probes that are due. Call it every {@link tickMs}; a longer gap makes no link Down. */
  tick(): void {
    if (this.#ended) return;
    const now = this.#parts.clock.monotonic();
    for (const [slice, watched] of this.#slices) {
      // Without a running prober no link is judged.
      if (!watched.prober.ask([])) continue;
      const { changed, ask } = planProbes(watched.links, now, now - watched.tickedAt);
      watched.tickedAt = now;
      if (!watched.prober.ask(ask.flatMap((name) => watched.addresses.get(name) ?? []))) continue;
      for (const [name, link] of changed) this.#set(slice, watched, name, link);
      this.#askLarge(slice, watched, now);
      watched.askedAt ??= now;
      const knowledge = knowledgeOf(watched, now);
      if (knowledge === watched.knowledge) continue;
      watched.knowledge = knowledge;
      this.#parts.onChange(slice);
    }
  }

  /** Starts probers that ended, and reads the tunnels' counters where that saves probes. Call it every 0.7 s. */
  async keep(signal: AbortSignal): Promise<void> {
    if (this.#keeping) return;
    this.#keeping = true;
    try {
      for (const watched of this.#slices.values()) {
        await watched.prober.keep();
        if (watched.links.size > countersAbove) await this.#readCounters(watched, signal);
      }
    } finally {
      this.#keeping = false;
    }
  }

  #watch(network: SliceNetwork): WatchedSlice {
    const { slice, netns } = network;
    const { program, clock, createProber = (options) => new Prober(options) } = this.#parts;
    const watched: WatchedSlice = {
      prober: createProber({ program, netns, onAnswer: (answer) => this.#answered(slice, answer) }),
      network: { ...network, peers: [] },
      names: new Map(),
      addresses: new Map(),
      links: new Map(),
      tickedAt: clock.monotonic(),
      counters: undefined,
      askedAt: undefined,
      knowledge: 'None',
      large: new Map(),
      opened: new Map(),
    };
    this.#slices.set(slice, watched);
    return watched;
  }

  /**
   * Resets the links of peers whose closed tunnels were opened: the session of before ended, and a packet is needed to begin the next one. The
   * node with the smaller key sends it at once and the other one later, because two handshakes at the same moment fail.
   */
  #noteKeys({ network: { slice, peers, publicKey }, links, opened, prober }: WatchedSlice, before: SliceNetwork['peers']): void {
    const { clock, onKey } = this.#parts;
    if (peers === before || onKey === undefined) return;
    const known = new Map(before.map(({ name, presharedKey }) => [name, presharedKey]));
    const now = clock.monotonic();
    let isOpened = false;
    for (const { name, presharedKey, publicKey: theirs } of peers) {
      if (presharedKey === undefined || known.get(name) === presharedKey || !onKey(slice, name, presharedKey)) continue;
      isOpened = true;
      opened.set(name, prober.asked);
      links.set(name, { ...newLink(now), nextAt: publicKey < theirs ? now : now + largerKeyWaitMs });
    }
    if (isOpened) this.tick();
  }

  /** Sends packets of the slice's MTU to one node of each cluster, and reports when their loss begins or ends. */
  #askLarge(slice: string, watched: WatchedSlice, now: number): void {
    const { network, links } = watched;
    const up = new Set([...links].flatMap(([name, { state }]) => (state === 'Up' ? [name] : [])));
    const before = narrowClusters(watched.large).join();
    const { probes, ask } = planLargeProbes(watched.large, network, up, now);
    watched.large = probes;
    watched.prober.ask(ask.flatMap((name) => watched.addresses.get(name) ?? []).map((address) => `${address} ${network.mtu}`));
    if (narrowClusters(probes).join() !== before) this.#parts.onChange(slice);
  }

  #answered(slice: string, { address, rttMs, probe, size }: ProbeAnswer): void {
    const watched = this.#slices.get(slice);
    const name = watched?.names.get(address);
    if (probe <= ((name === undefined ? undefined : watched?.opened.get(name)) ?? 0)) return;
    if (watched !== undefined && name !== undefined && size !== undefined) {
      const before = narrowClusters(watched.large).join();
      watched.large = answeredLarge(watched.large, name);
      if (narrowClusters(watched.large).join() !== before) this.#parts.onChange(slice);
    }
    const link = name === undefined ? undefined : watched?.links.get(name);
    if (watched === undefined || name === undefined || link === undefined) return;
    this.#set(slice, watched, name, answered(link, rttMs, this.#parts.clock.monotonic(), this.#parts.random()));
  }

  #set(slice: string, watched: WatchedSlice, name: string, link: LinkHistory): void {
    const before = watched.links.get(name);
    watched.links.set(name, link);
    if (before?.state !== link.state) this.#parts.onChange(slice);
  }

  /** The observed tunnel; undefined when it cannot be read: then every peer is probed, which costs more. */
  async #tunnelOf(network: SliceNetwork, signal: AbortSignal): Promise<ObservedTunnel | undefined> {
    try {
      return await this.#parts.observe(network, signal);
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }

  /** Postpones probes to peers from which the tunnel has received something since the last reading. */
  async #readCounters(watched: WatchedSlice, signal: AbortSignal): Promise<void> {
    const at = this.#parts.clock.monotonic();
    const tunnel = await this.#tunnelOf(watched.network, signal);
    const bytes = new Map(tunnel?.peers.map((peer) => [peer.publicKey, peer.receivedBytes]));
    const before = watched.counters;
    watched.counters = { at, bytes };
    if (before === undefined) return;
    for (const { publicKey, name } of watched.network.peers) {
      const link = watched.links.get(name);
      const earlier = before.bytes.get(publicKey);
      if (link === undefined || earlier === undefined || (bytes.get(publicKey) ?? 0) <= earlier) continue;
      watched.links.set(name, received(link, before.at));
    }
  }
}

/** The current knowledge. It never decreases: a new peer is reported as its own change. */
const knowledgeOf = ({ knowledge, links, askedAt }: WatchedSlice, now: number): LinkKnowledge => {
  if (knowledge === 'All' || [...links.values()].every(({ state }) => state !== 'Pending')) return 'All';
  return askedAt !== undefined && now - askedAt >= firstAnswersMs ? 'Some' : 'None';
};

/** Whether two states of a network have the same peers with the same routers. */
const samePeers = ({ peers: a }: SliceNetwork, { peers: b }: SliceNetwork): boolean =>
  a === b || (a.length === b.length && a.every(({ name, router }, index) => name === b[index]?.name && router === b[index].router));
