import { mkdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { readNoticeRequest } from '../../../exchange/notice/notice-request.ts';
import { Relay, type RelaySockets } from '../../../kernel/process/relay.ts';
import type { Client } from '../../../kubernetes/port.ts';
import type { SliceNetwork } from '../../../plan/facts/slice-network.ts';
import type { Listening } from '../../../serving/listen.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Random } from '../../../values/backoff.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { type Answer, serveJson } from './json-server.ts';
import { OfferedNotices } from './offered-notices.ts';
import { createPeerBounds } from './peer-bounds.ts';

/** What the exchange of a node uses. */
export interface PeerExchangeParts {
  readonly client: Client;
  /** Path of the relay program. */
  readonly relay: string;
  /** On tmpfs; only root may enter it. */
  readonly directory: string;
  /** Name of this cluster in a slice, undefined while unknown. */
  readonly clusterIn: (slice: string) => string | undefined;
  /** Takes the connections on which another node of a slice begins a TLS session; `from` is its router address. Without it they are closed. */
  readonly onSession?: (slice: string, from: string, connection: Socket) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface Exchanged {
  readonly relay: Relay;
  readonly server: Listening;
  /** The cluster of each peer by its router; routers of unknown clusters share one limit. */
  clusters: ReadonlyMap<string, string>;
  offered: { readonly cluster: string; readonly notices: OfferedNotices } | undefined;
}

/** Exchanges notices with the nodes of other clusters through the tunnels: one relay and one server for each slice of this node. */
export class PeerExchange {
  readonly #parts: PeerExchangeParts;
  readonly #slices = new Map<string, Exchanged>();
  /** Why notices of a slice cannot be exchanged now; each step retries, and the log contains a reason once. */
  readonly #failures = new Map<string, string>();

  constructor(parts: PeerExchangeParts) {
    this.#parts = parts;
  }

  /** The sockets of a slice's relay. */
  sockets(slice: string): RelaySockets {
    const { directory } = this.#parts;
    return { serve: `${directory}/${slice}.serve`, dial: `${directory}/${slice}.dial` };
  }

  /** Exchanges in exactly these slices. Call it periodically; calls must not overlap. A failure is logged once, and the next call retries. */
  async aim(networks: readonly SliceNetwork[]): Promise<void> {
    const wanted = new Set(networks.map(({ slice }) => slice));
    for (const slice of this.#slices.keys()) if (!wanted.has(slice)) await this.#end(slice);
    for (const slice of this.#failures.keys()) if (!wanted.has(slice)) this.#failures.delete(slice);
    for (const network of networks) {
      try {
        const exchanged = this.#slices.get(network.slice) ?? (await this.#begin(network.slice));
        exchanged.clusters = new Map(network.peers.map(({ router, name }) => [router, name.slice(0, name.indexOf('/'))]));
        await exchanged.relay.aim(network);
        if (this.#failures.delete(network.slice))
          this.#parts.log.info('notices are exchanged with other nodes again', { slice: network.slice });
      } catch (error) {
        const { message } = Failure.from(error);
        if (this.#failures.get(network.slice) === message) continue;
        this.#failures.set(network.slice, message);
        this.#parts.log.warn('notices cannot be exchanged with other nodes', { slice: network.slice, error });
      }
    }
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    for (const slice of this.#slices.keys()) await this.#end(slice);
  }

  async #begin(slice: string): Promise<Exchanged> {
    const { relay: program, directory, clock, random, log } = this.#parts;
    const sockets = this.sockets(slice);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // A socket left by a killed agent cannot be bound again.
    await rm(sockets.serve, { force: true });
    const bounds = createPeerBounds(clock);
    const { onSession } = this.#parts;
    const answer: Answer = async ({ path, query, from }, signal) => {
      const asked = readNoticeRequest(path, query);
      // A peer of one slice must not read another.
      if (asked?.slice !== slice || asked.cluster !== undefined)
        return { status: 404, body: `served here: /v1/notices/${slice}?after=&waitMs=\n` };
      const leave = bounds.enter(this.#slices.get(slice)?.clusters.get(from) ?? '');
      if (leave === undefined) return { status: 429, body: 'too many requests of this cluster; try again later\n' };
      try {
        const offered = this.#offered(slice);
        const answer = await (asked.what === 'heads'
          ? offered.heads(asked.after, asked.waitMs, signal)
          : offered.page(asked.after, asked.waitMs, signal));
        return { status: 200, body: JSON.stringify(answer) };
      } finally {
        leave();
      }
    };
    const server = await serveJson({ path: sockets.serve }, answer, onSession && ((socket, from) => onSession(slice, from, socket)));
    const onEnd = (_: string, why: string): void => log.warn('the relay of a slice ended; it is started again', { slice, why });
    const exchanged: Exchanged = {
      relay: new Relay(sockets, { program, clock, random, onEnd }),
      server,
      clusters: new Map(),
      offered: undefined,
    };
    this.#slices.set(slice, exchanged);
    return exchanged;
  }

  #offered(slice: string): OfferedNotices {
    const { client, clusterIn, clock, log } = this.#parts;
    const cluster = clusterIn(slice);
    const exchanged = this.#slices.get(slice);
    if (cluster === undefined || exchanged === undefined)
      throw new Failure('Unavailable', `The name of this cluster in slice ${slice} is not known yet.`);
    if (exchanged.offered?.cluster !== cluster) {
      exchanged.offered?.notices.stop();
      exchanged.offered = { cluster, notices: new OfferedNotices({ client, slice, cluster, clock, log }) };
    }
    return exchanged.offered.notices;
  }

  async #end(slice: string): Promise<void> {
    const exchanged = this.#slices.get(slice);
    this.#slices.delete(slice);
    exchanged?.relay.stop();
    exchanged?.offered?.notices.stop();
    await exchanged?.server.stop();
    const { serve, dial } = this.sockets(slice);
    await Promise.all([serve, dial].map((path) => rm(path, { force: true })));
  }
}
