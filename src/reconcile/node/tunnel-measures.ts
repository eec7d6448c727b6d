import type { Kernel } from '../../kernel/port.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { measureHandshakes, type TrafficReading, trafficSince } from '../../plan/measures/node.ts';
import type { Metrics, Samples } from '../../telemetry/metrics.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';

/** What the measurement of a node's tunnels uses. */
export interface TunnelMeasuresParts {
  readonly kernel: Pick<Kernel, 'observe' | 'denied'>;
  /** The current slices of the node. */
  readonly networks: () => readonly SliceNetwork[];
  readonly metrics: Pick<Metrics, 'add'>;
  readonly clock: Clock;
  /** Ends all readings. */
  readonly lifetime: AbortSignal;
}

/** Shortest time between readings, in milliseconds: each costs a process for each slice. */
const restMs = 5_000;

/** Reads the tunnels of this node at a scrape: ages of handshakes by cluster, bytes by slice. An unreadable tunnel is omitted. */
export const createTunnelMeasures = ({ kernel, networks, metrics, clock, lifetime }: TunnelMeasuresParts): (() => Promise<Samples>) => {
  const deniedBefore = new Map<string, number>();
  let before: ReadonlyMap<string, TrafficReading> = new Map();
  let last: { readonly at: number; readonly samples: Promise<Samples> } | undefined;

  const readOne = async (network: SliceNetwork) => {
    try {
      return await kernel.observe(network, lifetime);
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  };

  const read = async (): Promise<Samples> => {
    const readings = new Map<string, TrafficReading>();
    const samples: ReturnType<typeof measureHandshakes>[] = [];
    for (const network of networks()) {
      const { slice } = network;
      const denied = network.access === undefined ? undefined : await kernel.denied(network, lifetime);
      if (denied !== undefined) {
        // A counter that is lower than before began again with other policies.
        const last = deniedBefore.get(slice) ?? 0;
        metrics.add('nodeDeniedPackets', { slice }, denied < last ? denied : denied - last);
        deniedBefore.set(slice, denied);
      } else deniedBefore.delete(slice);
      const tunnel = await readOne(network);
      if (tunnel === undefined) continue;
      const peers = new Map(tunnel.peers.map((peer) => [peer.publicKey, peer]));
      const { received, sent } = trafficSince(before.get(slice) ?? new Map(), peers);
      metrics.add('nodeReceivedBytes', { slice }, received);
      metrics.add('nodeSentBytes', { slice }, sent);
      readings.set(slice, peers);
      const known = network.peers.map(({ name, publicKey }) => ({
        cluster: name.slice(0, name.indexOf('/')),
        publicKey,
        latestHandshake: peers.get(publicKey)?.latestHandshake ?? 0,
      }));
      samples.push(measureHandshakes(slice, known, clock.now()));
    }
    before = readings;
    return {
      nodeHandshakeAgeSeconds: samples.flatMap((one) => one.nodeHandshakeAgeSeconds),
      nodePeersWithoutHandshake: samples.flatMap((one) => one.nodePeersWithoutHandshake),
    };
  };

  return () => {
    if (last === undefined || clock.monotonic() - last.at >= restMs) last = { at: clock.monotonic(), samples: read() };
    return last.samples;
  };
};
