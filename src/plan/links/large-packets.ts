import type { SliceNetwork } from '../facts/slice-network.ts';

/** How often one node of each cluster gets a packet of the slice's MTU, in milliseconds. */
export const largeProbeEveryMs = 1_500;
/** A packet without an answer for this long is lost, in milliseconds. */
const lostAfterMs = 1_400;
/** After so many consecutive losses, while small packets are answered, it is not chance. */
const lostInARow = 3;

/** The results of large packets to the nodes of one cluster. */
interface Probed {
  /** The peer of the last packet, and when it was sent, in milliseconds of a monotonic clock. */
  readonly peer: string;
  readonly askedAt: number;
  readonly answered: boolean;
  readonly lost: number;
}

/** The results of large packets, by cluster. */
export type LargeProbes = ReadonlyMap<string, Probed>;

/** The results after an answer to a large packet. */
export const answeredLarge = (probes: LargeProbes, peer: string): LargeProbes => {
  const cluster = peer.slice(0, peer.indexOf('/'));
  const probed = probes.get(cluster);
  return probed === undefined || probed.peer !== peer ? probes : new Map(probes).set(cluster, { ...probed, answered: true, lost: 0 });
};

/**
 * The peers that get a large packet now: one node of each cluster in turn, of those that answer small ones. The cost depends on the number of
 * clusters, not of nodes. A cluster without any answering node is not judged.
 *
 * @param up names of the peers that answer small packets
 * @param now milliseconds of a monotonic clock
 */
export const planLargeProbes = (
  probes: LargeProbes,
  { peers }: Pick<SliceNetwork, 'peers'>,
  up: ReadonlySet<string>,
  now: number,
): { readonly probes: LargeProbes; readonly ask: readonly string[] } => {
  const byCluster = Map.groupBy(
    peers.map(({ name }) => name).filter((name) => up.has(name)),
    (name) => name.slice(0, name.indexOf('/')),
  );
  const next = new Map<string, Probed>();
  const ask: string[] = [];
  for (const [cluster, names] of byCluster) {
    const before = probes.get(cluster);
    if (before !== undefined && now - before.askedAt < largeProbeEveryMs) {
      next.set(cluster, before);
      continue;
    }
    const lost =
      before !== undefined && !before.answered && now - before.askedAt >= lostAfterMs && up.has(before.peer)
        ? before.lost + 1
        : (before?.lost ?? 0);
    const peer = names[(names.indexOf(before?.peer ?? '') + 1) % names.length] ?? '';
    next.set(cluster, { peer, askedAt: now, answered: false, lost });
    ask.push(peer);
  }
  return { probes: next, ask };
};

/** The clusters that lose large packets but receive small ones, sorted. */
export const narrowClusters = (probes: LargeProbes): string[] =>
  [...probes].flatMap(([cluster, { lost }]) => (lost >= lostInARow ? [cluster] : [])).toSorted();
