import type { Measured } from './measured.ts';

/** A peer of a tunnel, with its place in the slice. */
export interface PeerReading {
  readonly cluster: string;
  readonly publicKey: string;
  /** Unix time in seconds of the last completed handshake; 0 when there was none. */
  readonly latestHandshake: number;
}

/** The metrics of an agent about one tunnel. */
export interface TunnelMeasures {
  readonly nodeHandshakeAgeSeconds: readonly Measured<'slice' | 'cluster'>[];
  readonly nodePeersWithoutHandshake: readonly Measured<'slice' | 'cluster'>[];
}

/** Ages of handshakes, aggregated by cluster. `wall` is the current time in milliseconds since 1970, because the kernel reports wall-clock time. */
export const measureHandshakes = (slice: string, peers: readonly PeerReading[], wall: number): TunnelMeasures => {
  const ages = new Map<string, number>();
  const without = new Map<string, number>();
  for (const { cluster, latestHandshake } of peers) {
    without.set(cluster, (without.get(cluster) ?? 0) + Number(latestHandshake === 0));
    if (latestHandshake !== 0) ages.set(cluster, Math.max(ages.get(cluster) ?? 0, wall / 1_000 - latestHandshake));
  }
  const series = (values: ReadonlyMap<string, number>): readonly Measured<'slice' | 'cluster'>[] =>
    [...values].map(([cluster, value]) => ({ labels: { slice, cluster }, value }));
  return { nodeHandshakeAgeSeconds: series(ages), nodePeersWithoutHandshake: series(without) };
};

/** The counters of each peer of a tunnel at the last reading, by public key. */
export type TrafficReading = ReadonlyMap<string, { readonly receivedBytes: number; readonly sentBytes: number }>;

/**
 * How many bytes a tunnel carried since the last reading. A peer with a lower counter than before was created again and began at zero; a removed peer
 * subtracts nothing.
 */
export const trafficSince = (before: TrafficReading, now: TrafficReading): { readonly received: number; readonly sent: number } => {
  const since = (last: number | undefined, count: number): number => (last === undefined || count < last ? count : count - last);
  let [received, sent] = [0, 0];
  for (const [key, { receivedBytes, sentBytes }] of now) {
    received += since(before.get(key)?.receivedBytes, receivedBytes);
    sent += since(before.get(key)?.sentBytes, sentBytes);
  }
  return { received, sent };
};
